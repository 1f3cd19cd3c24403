# SPDX-License-Identifier: GPL-2.0-or-later
swanctl --initiate --child net
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
swanctl --list-sas
ip xfrm state
ip xfrm policy | grep -B 1 -A 3 'priority 399999'
ip -s link show ipsec0 | sed -n '3,$p'
# another route, and it is not in the tunnel
ip route replace 192.0.2.0/24 via 192.1.2.23
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
