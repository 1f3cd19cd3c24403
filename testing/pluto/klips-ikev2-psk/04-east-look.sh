# SPDX-License-Identifier: GPL-2.0-or-later
ipsec trafficstatus
ipsec eroute | sed 's|0x[0-9a-f]*@|SPI@|'
