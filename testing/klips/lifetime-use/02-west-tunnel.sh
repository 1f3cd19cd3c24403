# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
../../guestbin/klips-monitor.sh --start
../../guestbin/klips-tunnel.sh --only in 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/klips-tunnel.sh --only out --spi "--life soft-usetime=1,hard-usetime=2" 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/klips-tunnel.sh --only eroutes 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
ipsec spi --said esp0x1001@192.1.2.23 --src 192.1.2.45 --esp null --authalg hmac-sha1-96 --authkey 0x0102030405060708090a0b0c0d0e0f1011121314 --life hard-addtime=3
../../guestbin/wait-for.sh --match hard -- ../../guestbin/klips-monitor.sh --show
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
../../guestbin/wait-for.sh --match 'hard.*packets=[12]' -- ../../guestbin/klips-monitor.sh --show
../../guestbin/klips-monitor.sh --show
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
