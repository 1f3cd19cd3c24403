# SPDX-License-Identifier: GPL-2.0-or-later
for one in hmac-md5-96 hmac-sha1-96 aes-xcbc-96 aes-cmac-96 hmac-sha2-256-128 hmac-sha2-384-192 hmac-sha2-512-256; do echo "$one"; ../../guestbin/klips-tunnel.sh --only eroutes --verb replace --key $one --with "tun ah=$one" 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24; ../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254; done
