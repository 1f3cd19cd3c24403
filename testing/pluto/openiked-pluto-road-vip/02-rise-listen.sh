# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/udp.py receive /tmp/received 2000
