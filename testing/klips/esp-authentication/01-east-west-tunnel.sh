# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
for one in aes128-cbc+hmac-md5-96 aes128-cbc+hmac-sha1-96 aes128-cbc+aes-xcbc-96 aes128-cbc+aes-cmac-96 aes128-cbc+hmac-sha2-256-128 aes128-cbc+hmac-sha2-384-192 aes128-cbc+hmac-sha2-512-256; do ../../guestbin/klips-tunnel.sh --only sas --key $one --with "tun esp=$one" 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24; done
../../guestbin/klips-tunnel.sh --only eroutes --key aes128-cbc+hmac-md5-96 --with "tun esp=aes128-cbc+hmac-md5-96" 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
