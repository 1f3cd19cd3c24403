# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for-log.sh /var/log/pluto.log 'the peer is at'
ipsec trafficstatus
ipsec eroute | sed 's|0x[0-9a-f]*@|SPI@|'
