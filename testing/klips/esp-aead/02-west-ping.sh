# SPDX-License-Identifier: GPL-2.0-or-later
for one in aes128-gcm-8 aes192-gcm-12 aes256-gcm-16 aes128-ccm-8 aes192-ccm-12 aes256-ccm-16 aes128-gmac chacha20-poly1305; do echo "$one"; ../../guestbin/klips-tunnel.sh --only eroutes --verb replace --key $one --with "tun esp=$one" 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24; ../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254; done
