# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
../../guestbin/klips-tunnel.sh 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/klips-tunnel.sh --key six --with esp=aes128-gcm-16 --spi '--mode tunnel' 2001:db8:1:2::45 2001:db8:1:2::23 2001:db8:0:1::/64 2001:db8:0:2::/64
for ttl in 64 7; do ../../guestbin/count-packets.sh --start outer-$ttl ip saddr 192.1.2.45 ip protocol esp ip ttl $ttl; ../../guestbin/count-packets.sh --start outer6-$ttl ip6 saddr 2001:db8:1:2::45 ip6 nexthdr esp ip6 hoplimit $ttl; done
