# SPDX-License-Identifier: GPL-2.0-or-later
ipsec auto --down west-east
ipsec briefstatus
# on demand
ipsec auto --route west-east
../../guestbin/ping-once.sh --up -I 10.1.0.1 192.0.2.254
../../guestbin/ping-once.sh --up -I 192.0.1.254 10.2.0.1
ipsec briefstatus
ipsec auto --delete west-east
ipsec stop
