# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
ipsec spi --said esp0x1001@192.1.2.23 --src 192.1.2.45 --mode beet --inner-src 192.0.1.254 --inner-dst 192.0.2.254 --esp aes-gcm-16 --enckey 0x000102030405060708090a0b0c0d0e0f10111213
ipsec spi --said esp0x2001@192.1.2.45 --src 192.1.2.23 --mode beet --inner-src 192.0.2.254 --inner-dst 192.0.1.254 --esp aes-gcm-16 --enckey 0x202122232425262728292a2b2c2d2e2f30313233
ipsec eroute --add --src 192.0.1.254/32 --dst 192.0.2.254/32 --said esp0x1001@192.1.2.23
ipsec spi --said esp0x1002@2001:db8:1:2::23 --src 2001:db8:1:2::45 --mode beet --inner-src 2001:db8:0:1::254 --inner-dst 2001:db8:0:2::254 --esp aes-gcm-16 --enckey 0x000102030405060708090a0b0c0d0e0f10111213
ipsec spi --said esp0x2002@2001:db8:1:2::45 --src 2001:db8:1:2::23 --mode beet --inner-src 2001:db8:0:2::254 --inner-dst 2001:db8:0:1::254 --esp aes-gcm-16 --enckey 0x202122232425262728292a2b2c2d2e2f30313233
ipsec eroute --add --src 2001:db8:0:1::254/128 --dst 2001:db8:0:2::254/128 --said esp0x1002@2001:db8:1:2::23
../../guestbin/klips-route.sh 192.0.2.0/24
../../guestbin/klips-route.sh 2001:db8:0:2::/64
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
../../guestbin/ping-once.sh --up -s 1301 -I 192.0.1.254 192.0.2.254
../../guestbin/ping-once.sh --up -R -I 192.0.1.254 192.0.2.254
../../guestbin/ping-once.sh --up -I 2001:db8:0:1::254 2001:db8:0:2::254
../../guestbin/ping-once.sh --up -s 1301 -I 2001:db8:0:1::254 2001:db8:0:2::254
