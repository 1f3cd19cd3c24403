# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/block-non-ipsec.sh
ip xfrm state add src 192.1.2.45 dst 192.1.2.23 proto esp spi 0x1001 reqid 1001 mode beet aead 'rfc4106(gcm(aes))' 0x000102030405060708090a0b0c0d0e0f10111213 128 sel src 192.0.1.254/32 dst 192.0.2.254/32
ip xfrm state add src 192.1.2.23 dst 192.1.2.45 proto esp spi 0x2001 reqid 1001 mode beet aead 'rfc4106(gcm(aes))' 0x202122232425262728292a2b2c2d2e2f30313233 128 sel src 192.0.2.254/32 dst 192.0.1.254/32
ip xfrm policy add src 192.0.2.254/32 dst 192.0.1.254/32 dir out tmpl src 192.1.2.23 dst 192.1.2.45 proto esp reqid 1001 mode beet
ip xfrm policy add src 192.0.1.254/32 dst 192.0.2.254/32 dir in tmpl src 192.1.2.45 dst 192.1.2.23 proto esp reqid 1001 mode beet
ip xfrm state add src 2001:db8:1:2::45 dst 2001:db8:1:2::23 proto esp spi 0x1002 reqid 1002 mode beet aead 'rfc4106(gcm(aes))' 0x000102030405060708090a0b0c0d0e0f10111213 128 sel src 2001:db8:0:1::254/128 dst 2001:db8:0:2::254/128
ip xfrm state add src 2001:db8:1:2::23 dst 2001:db8:1:2::45 proto esp spi 0x2002 reqid 1002 mode beet aead 'rfc4106(gcm(aes))' 0x202122232425262728292a2b2c2d2e2f30313233 128 sel src 2001:db8:0:2::254/128 dst 2001:db8:0:1::254/128
ip xfrm policy add src 2001:db8:0:2::254/128 dst 2001:db8:0:1::254/128 dir out tmpl src 2001:db8:1:2::23 dst 2001:db8:1:2::45 proto esp reqid 1002 mode beet
ip xfrm policy add src 2001:db8:0:1::254/128 dst 2001:db8:0:2::254/128 dir in tmpl src 2001:db8:1:2::45 dst 2001:db8:1:2::23 proto esp reqid 1002 mode beet
