# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh --with '--keepalive 1'
../../guestbin/klips-tunnel.sh --spi '--natt nonesp --sport 4500 --dport 4500' 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/klips-tunnel.sh --spi '--natt nonesp --sport 4500 --dport 4500' 2001:db8:1:2::45 2001:db8:1:2::23 2001:db8:0:1::/64 2001:db8:0:2::/64
for size in 56 1301 3000; do ../../guestbin/ping-once.sh --up -s $size -I 192.0.1.254 192.0.2.254; ../../guestbin/ping-once.sh --up -s $size -I 2001:db8:0:1::254 2001:db8:0:2::254; done
