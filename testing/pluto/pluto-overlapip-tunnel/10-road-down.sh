# SPDX-License-Identifier: GPL-2.0-or-later
# this one will be answered when the SA is gone by which it came
../../guestbin/udp-service.py ask --later /tmp/answer --from 10.1.1.1 road 192.0.2.254 7007
ipsec auto --down road-east
ipsec stop
