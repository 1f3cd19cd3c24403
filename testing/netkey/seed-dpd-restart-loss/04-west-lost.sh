# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/udp.py send --from 192.0.1.254 10 192.0.2.254 2000
