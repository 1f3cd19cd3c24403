# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match '^1$' -- grep -c 1 /tmp/received
ipsec whack --rekey-child --name west-east
../../guestbin/udp.py send --from 192.0.1.254 --size 1000 1 192.0.2.254 2000
