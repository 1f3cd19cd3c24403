# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/udp.py send --size 3000 1 192.1.2.45 2000
../../guestbin/udp.py send --size 3000 1 2001:db8:1:2::45 2000
for size in 56 1301; do ../../guestbin/ping-once.sh --up -s $size 192.1.2.45; ../../guestbin/ping-once.sh --up -s $size 2001:db8:1:2::45; done
ip xfrm state flush
ip xfrm policy flush
../../guestbin/klips-xfrm.sh --with "esp=aes128-cbc+hmac-sha2-256-128 ah=hmac-sha2-256-128" 192.1.2.45 192.1.2.23
../../guestbin/klips-xfrm.sh --with esp=aes128-gcm-16 2001:db8:1:2::45 2001:db8:1:2::23
