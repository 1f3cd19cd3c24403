# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-xfrm.sh --with esp=aes128-gcm-16 192.1.2.45 192.1.2.23
../../guestbin/klips-xfrm.sh --with "esp=aes128-cbc+hmac-sha2-256-128 ah=hmac-sha2-256-128" 2001:db8:1:2::45 2001:db8:1:2::23
