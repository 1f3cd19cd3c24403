# SPDX-License-Identifier: GPL-2.0-or-later
ipsec spi --clear
ipsec eroute --clear
ipsec spi | wc -l
ipsec eroute | wc -l
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
