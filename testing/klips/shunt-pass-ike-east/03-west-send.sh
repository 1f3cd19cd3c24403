# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/udp.py send 1 192.1.2.23 500
../../guestbin/udp.py send 1 192.1.2.23 501
../../guestbin/udp.py send 1 192.1.2.23 500
ipsec eroute
ipsec klips status | grep -v no-eroute
