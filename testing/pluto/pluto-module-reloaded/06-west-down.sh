# SPDX-License-Identifier: GPL-2.0-or-later
ipsec auto --down west-east
ipsec briefstatus
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
ipsec stop
