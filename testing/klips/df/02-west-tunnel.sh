# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
for df in clear copy set; do ../../guestbin/klips-tunnel.sh --only sas --with esp=aes128-gcm-16 --key $df --spi "--mode tunnel --df $df" 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24; done
