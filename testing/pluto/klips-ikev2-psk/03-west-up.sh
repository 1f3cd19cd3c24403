# SPDX-License-Identifier: GPL-2.0-or-later
ipsec auto --up west-east
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec trafficstatus
ipsec eroute | sed 's|0x[0-9a-f]*@|SPI@|'
ip route show 192.0.2.0/24
