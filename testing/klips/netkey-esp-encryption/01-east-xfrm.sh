# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/block-non-ipsec.sh
n=100; for one in aes128-cbc aes192-cbc aes256-cbc aes128-ctr aes192-ctr aes256-ctr 3des-cbc null; do n=$((n + 1)); ../../guestbin/klips-xfrm.sh --key $one --with "tun esp=$one+hmac-sha2-256-128" 192.1.2.45 192.1.2.23 192.0.1.$n/32 192.0.2.0/24; done
