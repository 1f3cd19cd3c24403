# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
../../guestbin/ping-once.sh --down -I 2001:db8:0:1::254 2001:db8:0:2::254
../../guestbin/udp.py send --from 192.0.1.254 1 192.0.2.254 9998
# its first fragment has the ports of the %pass
../../guestbin/udp.py send --size 3000 --from 192.0.1.254 1 192.0.2.254 9999
../../guestbin/udp.py send --from 192.0.1.254 1 192.0.2.254 9999
