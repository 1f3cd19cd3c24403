# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match served -- cat /tmp/answer
../../guestbin/udp-service.py ask --port 7101 road 192.1.2.23 7008
# the request comes by one Child SA, the answer goes by the next
../../guestbin/udp-service.py ask --later /tmp/answer again 192.1.2.23 7007
ipsec whack --rekey-child --name road-east
