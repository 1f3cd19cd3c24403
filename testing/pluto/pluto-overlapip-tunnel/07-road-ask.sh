# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/udp-service.py ask --port 7102 --from 10.1.1.1 road 192.0.2.12 7008
