# SPDX-License-Identifier: GPL-2.0-or-later
ipsec spi --del --said esp0x1002@192.1.2.23
ipsec spi --said esp0x1002@192.1.2.23 --src 192.1.2.45 --esp null --authalg hmac-sha2-256-128 --authkey 0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
../../guestbin/ping-once.sh --down 192.1.2.23
