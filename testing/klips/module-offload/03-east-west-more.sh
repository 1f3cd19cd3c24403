# SPDX-License-Identifier: GPL-2.0-or-later
for one in chacha20-poly1305 3des-cbc+hmac-sha1-96 null+hmac-sha2-256-128; do ../../guestbin/klips-tunnel.sh --only sas --key "$one" --with "tun esp=$one" 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24; done
ipsec spi --json | grep -c '"driver": "cryptd('
