# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
n=100; for one in hmac-sha2-256-128 hmac-sha2-384-192 hmac-sha2-512-256 hmac-sha1-96 hmac-md5-96 aes-xcbc-96 aes-cmac-96; do n=$((n + 1)); ip address add 192.0.1.$n/32 dev eth0; ../../guestbin/klips-tunnel.sh --key $one --with "tun ah=$one" 192.1.2.45 192.1.2.23 192.0.1.$n/32 192.0.2.0/24; done
