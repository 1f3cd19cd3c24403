# SPDX-License-Identifier: GPL-2.0-or-later
for one in chacha20-poly1305 3des-cbc+hmac-sha1-96 null+hmac-sha2-256-128; do echo "$one"; ../../guestbin/klips-tunnel.sh --only eroutes --verb replace --key "$one" --with "tun esp=$one" 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24; ../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254; done
../../guestbin/ping-once.sh --up -s 4000 -I 192.0.1.254 192.0.2.254
