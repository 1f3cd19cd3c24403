# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match '^2$' -- grep -c 1 /tmp/received
../../guestbin/udp.py send --dont-fragment --from 192.0.2.254 --size 1000 1 192.0.47.254 2001
../../guestbin/udp.py send --dont-fragment --from 192.1.2.23 --size 1000 1 192.1.2.48 2001
