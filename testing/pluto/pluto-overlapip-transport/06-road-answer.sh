# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match 'served again' -- cat /tmp/answer
../../guestbin/udp-service.py ask --port 7101 road 192.1.2.23 7008
