# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/block-non-ipsec.sh
../../guestbin/klips-xfrm.sh --with "tun comp esp=aes128-gcm-16" 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/klips-xfrm.sh --key six --with "tun comp esp=aes128-cbc+hmac-sha2-256-128 ah=hmac-sha2-256-128" 192.1.2.45 192.1.2.23 2001:db8:0:1::/64 2001:db8:0:2::/64
../../guestbin/udp.py receive /tmp/received 2000
