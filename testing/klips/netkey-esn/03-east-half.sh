# SPDX-License-Identifier: GPL-2.0-or-later
ip xfrm state deleteall src 192.1.2.23 dst 192.1.2.45
n=100; for one in esp=aes128-gcm-16 esp=aes128-cbc+hmac-sha2-256-128 ah=hmac-sha2-256-128; do n=$((n + 1)); ../../guestbin/klips-xfrm.sh --only out --key $n --with "tun $one" --state 'flag esn replay-window 128 replay-oseq 0x7ffffffe' 192.1.2.45 192.1.2.23 192.0.1.$n/32 192.0.2.0/24; ../../guestbin/ping-once.sh --up -I 192.0.2.254 192.0.1.$n; done
