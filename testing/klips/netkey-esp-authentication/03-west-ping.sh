# SPDX-License-Identifier: GPL-2.0-or-later
n=100; for one in hmac-sha2-256-128 hmac-sha2-384-192 hmac-sha2-512-256 hmac-sha1-96 hmac-md5-96 aes-xcbc-96 aes-cmac-96; do n=$((n + 1)); echo $one; ../../guestbin/ping-once.sh --up -I 192.0.1.$n 192.0.2.254; ../../guestbin/ping-once.sh --up -s 1301 -I 192.0.1.$n 192.0.2.254; done
ipsec klips status | grep -v no-eroute
