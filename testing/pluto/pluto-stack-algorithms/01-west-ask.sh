# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ipsec start
../../guestbin/algorithms.py
../../guestbin/xfrm-monitor.sh --start
ipsec auto --add usual
../../guestbin/algorithms.py
ipsec auto --add all
ipsec auto --add all-ah
../../guestbin/xfrm-monitor.sh --show | grep -c '^Deleted'
../../guestbin/algorithms.py
ip xfrm state
ipsec auto --replace all
../../guestbin/xfrm-monitor.sh --show | grep -c '^Deleted'
ipsec status | grep 'does not have'
ipsec stop
