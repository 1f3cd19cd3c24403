# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/udp.py send --size 3000 1 192.0.2.12 9999
