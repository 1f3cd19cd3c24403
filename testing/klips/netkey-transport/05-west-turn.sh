# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match "^2$" -- grep -c "" /tmp/received
ipsec eroute --clear
ipsec spi --clear
../../guestbin/klips-tunnel.sh --with "esp=aes128-cbc+hmac-sha2-256-128 ah=hmac-sha2-256-128" 192.1.2.45 192.1.2.23
../../guestbin/klips-tunnel.sh --with esp=aes128-gcm-16 2001:db8:1:2::45 2001:db8:1:2::23
for size in 56 1301; do ../../guestbin/ping-once.sh --up -s $size 192.1.2.23; ../../guestbin/ping-once.sh --up -s $size 2001:db8:1:2::23; done
ipsec klips status | grep -v no-eroute
