# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/udp-service.py ask --port 7102 --from 2001:db8:10::1 road 2001:db8:0:2::12 7008
