# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/udp.py receive /tmp/received 2001
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
../../guestbin/udp.py send --from 192.0.1.254 --size 1000 --dont-fragment 1 192.0.2.254 2000
