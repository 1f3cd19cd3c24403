# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/klips-tunnel.sh --only eroutes --verb replace --with esp=aes128-gcm-16 --key clear 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/udp.py send --from 192.0.1.254 --dont-fragment 1 192.0.2.254 2000
../../guestbin/udp.py send --from 192.0.1.254 1 192.0.2.254 2000
