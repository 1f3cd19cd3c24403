# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
for one in aes128-gcm-8 aes192-gcm-12 aes256-gcm-16 aes128-ccm-8 aes192-ccm-12 aes256-ccm-16 aes128-gmac chacha20-poly1305; do ../../guestbin/klips-tunnel.sh --only sas --key $one --with "tun esp=$one" 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24; done
../../guestbin/klips-tunnel.sh --only eroutes --key aes128-gcm-8 --with "tun esp=aes128-gcm-8" 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
