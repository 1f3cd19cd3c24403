# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/udp.py send 1 192.0.2.12 9998
../../guestbin/ping-once.sh --down 192.0.2.12
../../guestbin/udp.py send 1 192.0.2.12 9999
