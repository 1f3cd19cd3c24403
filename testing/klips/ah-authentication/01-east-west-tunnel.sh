# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
for one in hmac-md5-96 hmac-sha1-96 aes-xcbc-96 aes-cmac-96 hmac-sha2-256-128 hmac-sha2-384-192 hmac-sha2-512-256; do ../../guestbin/klips-tunnel.sh --only sas --key $one --with "tun ah=$one" 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24; done
../../guestbin/klips-tunnel.sh --only eroutes --key hmac-md5-96 --with "tun ah=hmac-md5-96" 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
