# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
for one in aes128-cbc+hmac-sha2-256-128 aes192-cbc+hmac-sha2-256-128 aes256-cbc+hmac-sha2-256-128 3des-cbc+hmac-sha2-256-128 aes128-ctr+hmac-sha2-256-128 aes256-ctr+hmac-sha2-256-128 null+hmac-sha2-256-128; do ../../guestbin/klips-tunnel.sh --only sas --key $one --with "tun esp=$one" 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24; done
../../guestbin/klips-tunnel.sh --only eroutes --key aes128-cbc+hmac-sha2-256-128 --with "tun esp=aes128-cbc+hmac-sha2-256-128" 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
