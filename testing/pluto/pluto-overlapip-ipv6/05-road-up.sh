# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ipsec start
ipsec auto --up road-east
../../guestbin/udp-service.py ask --from 2001:db8:10::1 road 2001:db8:0:2::254 7007
