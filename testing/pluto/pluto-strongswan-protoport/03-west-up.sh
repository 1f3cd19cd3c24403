# SPDX-License-Identifier: GPL-2.0-or-later
ipsec auto --up west-east
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
# not ICMP: not for the tunnel
../../guestbin/udp.py send --from 192.0.1.254 1 192.0.2.254 2000
ipsec trafficstatus
ipsec auto --down west-east
