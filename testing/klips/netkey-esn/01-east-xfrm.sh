# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/block-non-ipsec.sh
n=100; for one in esp=aes128-gcm-16 esp=aes128-cbc+hmac-sha2-256-128 ah=hmac-sha2-256-128; do n=$((n + 1)); ../../guestbin/klips-xfrm.sh --key $n --with "tun $one" --state 'flag esn replay-window 128' 192.1.2.45 192.1.2.23 192.0.1.$n/32 192.0.2.0/24; done
