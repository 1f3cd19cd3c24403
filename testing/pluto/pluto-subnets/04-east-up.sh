# SPDX-License-Identifier: GPL-2.0-or-later
ipsec auto --up west-east/1x2
../../guestbin/ping-once.sh --up -I 10.2.0.1 192.0.1.254
ipsec trafficstatus
ipsec auto --down west-east/1x2
