# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
../../guestbin/klips-tunnel.sh --with esp=aes128-gcm-16 192.1.2.45 192.1.2.23
../../guestbin/klips-tunnel.sh --with esp=aes128-gcm-16 2001:db8:1:2::45 2001:db8:1:2::23
