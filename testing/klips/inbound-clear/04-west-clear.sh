# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/udp.py send --from 192.0.1.254 1 192.0.2.254 9998
