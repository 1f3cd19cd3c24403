# SPDX-License-Identifier: GPL-2.0-or-later
# the one that was there first still is
../../guestbin/udp-service.py ask --port 7101 --from 10.1.1.1 set 192.0.2.12 7008
