# SPDX-License-Identifier: GPL-2.0-or-later
ipsec auto --up both
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
../../guestbin/ping-once.sh --up -I 192.0.1.254 10.2.0.1
ipsec trafficstatus
ipsec auto --down ten
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec briefstatus
# a connection of that name is meant, and it alone
ipsec auto --down third
ipsec briefstatus
