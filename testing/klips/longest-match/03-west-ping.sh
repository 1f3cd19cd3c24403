# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.253
../../guestbin/udp.py send --from 192.0.1.254 1 192.0.2.254 9999
ipsec eroute --del --eraf inet --src 192.0.1.254/32 --dst 192.0.2.254/32
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
ipsec eroute
