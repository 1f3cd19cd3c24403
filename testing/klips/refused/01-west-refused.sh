# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ipsec eroute
../../guestbin/klips-start.sh
ipsec
ipsec spy
ipsec eroute --add --eraf inet --src 192.0.1.0/24
ipsec eroute --add --eraf inet --src 192.0.1.5/24 --dst 192.0.2.0/24 --said %trap
ipsec eroute --add --eraf inet6 --src 192.0.1.0/24 --dst 192.0.2.0/24 --said %trap
ipsec eroute --add --src 192.0.1.0/24 --dst 192.0.2.0/24 --said %tarp
ipsec eroute --add --src 192.0.1.0/24 --dst 192.0.2.0/24 --dst-port 53 --said %trap
ipsec eroute --add --src 192.0.1.0/24 --dst 192.0.2.0/24 --said %trap
ipsec eroute --add --src 192.0.1.0/24 --dst 192.0.2.0/24 --said %drop
ipsec eroute --del --src 192.0.1.0/24 --dst 192.0.3.0/24
ipsec eroute
ipsec spi --said esp0x1002@192.1.2.23 --esp aes-gcm-15 --enckey 0x00
ipsec spi --said esp0x1002@192.1.2.23 --esp aes-gcm-16 --enckey 0x00
ipsec spi --said esp0x1002@192.1.2.23 --esp aes-cbc --enckey 0x000102030405060708090a0b0c0d0e0f
ipsec spi --said ah0x1002@192.1.2.23 --ah hmac-sha1-96
ipsec spi --said esp0x1002@192.1.2.23 --ah hmac-sha1-96 --authkey 0x00
ipsec spi --said esp1002@192.1.2.23 --del
ipsec spi --said esp0x1002@192.1.2.23 --del
ipsec spi --said esp0x1002@192.1.2.23 --esp null --authalg hmac-md5-96 --authkey 0x000102030405060708090a0b0c0d0e0f --replay_window 5000
ipsec spi
ipsec spigrp --said esp0x1002@192.1.2.23 ah0x1003@192.1.2.23
ipsec tncfg --attach --virtual ipsec1 --physical eth9
ipsec tncfg --attach --virtual ipsec0 --physical eth0
ipsec tncfg --detach --virtual ipsec7
ipsec klipsdebug --set everything
ipsec klips settings icmp=2
ipsec klips settings ping=1
ipsec klips start
