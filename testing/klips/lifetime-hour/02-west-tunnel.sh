# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
../../guestbin/klips-monitor.sh --start
../../guestbin/klips-tunnel.sh --spi '--life soft-addtime=3300,hard-addtime=3600' 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
ipsec spi --said esp0x1002@192.1.2.254 --src 192.1.2.45 --esp null --authalg hmac-sha1-96 --authkey 0x0102030405060708090a0b0c0d0e0f1011121314 --life hard-usetime=3600
