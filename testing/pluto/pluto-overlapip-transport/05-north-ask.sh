# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/udp-service.py ask north 192.1.2.23 7007
../../guestbin/udp-service.py ask --port 7102 north 192.1.2.23 7008
