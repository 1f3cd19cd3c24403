# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match '^1$' -- sh -c 'wc -l </tmp/ike'
../../guestbin/klips-monitor.sh --show
ipsec eroute
ipsec klips status | grep -v no-eroute
