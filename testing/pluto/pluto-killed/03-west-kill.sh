# SPDX-License-Identifier: GPL-2.0-or-later
ip xfrm state add src 192.1.2.45 dst 192.1.2.77 proto esp spi 0x1000 reqid 7 mode tunnel aead 'rfc4106(gcm(aes))' 0x000102030405060708090a0b0c0d0e0f10111213 128
ip xfrm policy add src 10.0.0.0/8 dst 10.0.0.0/8 dir out action block
../../guestbin/libreswan-stop.sh --kill
ip xfrm state count
ip xfrm policy list nosock | grep -c '^src 1'
ipsec start
ip xfrm state count
ip xfrm policy list nosock | grep '^src 1'
grep -o 'SAs and policies.*' /var/log/pluto.log
