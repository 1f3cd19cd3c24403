# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ipsec start
ipsec auto --up west-east
../../guestbin/udp-service.py ask --later /tmp/answer --from 2001:db8:10::1 west 2001:db8:0:2::254 7007
