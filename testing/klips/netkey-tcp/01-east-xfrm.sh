# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/block-non-ipsec.sh
../../guestbin/udp.py receive --encap /tmp/not-esp 4500
../../guestbin/tcp.py receive /tmp/received 2000
../../guestbin/klips-xfrm.sh --state 'encap espinudp 4500 4500 0.0.0.0' 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/klips-xfrm.sh --key six --with 'tun esp=aes128-cbc+hmac-sha2-256-128' 2001:db8:1:2::45 2001:db8:1:2::23 2001:db8:0:1::/64 2001:db8:0:2::/64
