# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/block-non-ipsec.sh
n=100; for one in aes128-gcm-8 aes192-gcm-12 aes256-gcm-16 aes128-gcm-16 aes128-ccm-8 aes192-ccm-12 aes256-ccm-16 aes128-gmac aes256-gmac chacha20-poly1305; do n=$((n + 1)); ../../guestbin/klips-xfrm.sh --key $one --with "tun esp=$one" 192.1.2.45 192.1.2.23 192.0.1.$n/32 192.0.2.0/24; done
