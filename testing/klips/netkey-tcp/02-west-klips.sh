# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
../../guestbin/klips-tunnel.sh --spi '--natt nonesp --sport 4500 --dport 4500' 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/klips-tunnel.sh --key six --with 'tun esp=aes128-cbc+hmac-sha2-256-128' 2001:db8:1:2::45 2001:db8:1:2::23 2001:db8:0:1::/64 2001:db8:0:2::/64
../../guestbin/tcp.py receive /tmp/received 2000
../../guestbin/tcp.py send --from 192.0.1.254 262144 192.0.2.254 2000
../../guestbin/tcp.py send --from 2001:db8:0:1::254 262144 2001:db8:0:2::254 2000
