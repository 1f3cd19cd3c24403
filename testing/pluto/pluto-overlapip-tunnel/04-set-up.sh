# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ipsec start
ipsec auto --up set-east
../../guestbin/udp-service.py ask --later /tmp/answer --from 10.1.1.1 set 192.0.2.254 7007
