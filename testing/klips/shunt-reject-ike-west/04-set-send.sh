# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/udp.py send 1 192.0.2.12 500
../../guestbin/udp.py send 1 192.0.2.12 500
../../guestbin/udp.py send 1 192.0.1.254 500
