# SPDX-License-Identifier: GPL-2.0-or-later
ipsec auto --up west-east
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
../../guestbin/ping-once.sh --up -I 192.0.1.254 10.2.0.1
../../guestbin/ping-once.sh --up -I 10.1.0.1 192.0.2.254
../../guestbin/ping-once.sh --up -I 10.1.0.1 10.2.0.1
ipsec trafficstatus
# one goes
ipsec auto --down west-east/1x2
../../guestbin/ping-once.sh --down -I 192.0.1.254 10.2.0.1
../../guestbin/ping-once.sh --up -I 10.1.0.1 10.2.0.1
ipsec briefstatus
