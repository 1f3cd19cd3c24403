# SPDX-License-Identifier: GPL-2.0-or-later
n=100; for one in aes128-gcm-8 aes192-gcm-12 aes256-gcm-16 aes128-gcm-16 aes128-ccm-8 aes192-ccm-12 aes256-ccm-16 aes128-gmac aes256-gmac chacha20-poly1305; do n=$((n + 1)); echo $one; ../../guestbin/ping-once.sh --up -I 192.0.1.$n 192.0.2.254; ../../guestbin/ping-once.sh --up -s 1301 -I 192.0.1.$n 192.0.2.254; done
ipsec klips status | grep -v no-eroute
