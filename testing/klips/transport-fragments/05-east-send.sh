# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/udp.py send --size 3000 1 192.1.2.45 9998
../../guestbin/udp.py send --size 3000 1 2001:db8:1:2::45 9998
