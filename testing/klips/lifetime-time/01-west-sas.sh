# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
../../guestbin/klips-monitor.sh --start
ipsec spi --said esp0x1002@192.1.2.23 --src 192.1.2.45 --esp null --authalg hmac-sha1-96 --authkey 0x0102030405060708090a0b0c0d0e0f1011121314 --life soft-addtime=1,hard-addtime=2
ipsec spi | wc -l
../../guestbin/wait-for.sh --match hard -- ../../guestbin/klips-monitor.sh --show
../../guestbin/klips-monitor.sh --show
ipsec spi
ipsec klips status | grep -v no-eroute
