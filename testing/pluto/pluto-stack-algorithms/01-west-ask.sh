# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ipsec start
ipsec status --json | jq -M '.algorithms | length'
../../guestbin/xfrm-monitor.sh --start
ipsec auto --add usual
ipsec status --json | jq -r '.algorithms[] | "\(.name) \(.has)"'
ipsec auto --add all
ipsec auto --add all-ah
../../guestbin/xfrm-monitor.sh --show | grep -c '^Deleted'
ipsec status --json | jq -r '.algorithms[] | "\(.name) \(.has)"'
ip xfrm state
ipsec auto --replace all
../../guestbin/xfrm-monitor.sh --show | grep -c '^Deleted'
ipsec status | grep 'does not have'
ipsec stop
