# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
../../guestbin/ping-once.sh --down -I 192.0.1.254 10.0.39.15
ipsec spi --get --said esp0x1270f@192.1.2.23
ipsec eroute | grep -v '^0 '
