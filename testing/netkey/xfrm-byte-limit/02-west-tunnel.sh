# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/xfrm-tunnel.sh --state 'limit byte-soft 200 limit byte-hard 400' 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/xfrm-monitor.sh --start expire acquire
ping -n -q -c 5 -i 0.2 -I 192.0.1.254 192.0.2.254
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
# there is no SA any more
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
