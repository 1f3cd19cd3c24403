# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/each-connection.sh -I 2001:db8:0:1::254 2001:db8:0:2::254 -- 6in6
../../guestbin/each-connection.sh -I 2001:db8:0:46::254 2001:db8:0:2::254 -- 6in4
../../guestbin/each-connection.sh -I 192.0.1.254 192.0.2.254 -- 4in6
../../guestbin/each-connection.sh -I 192.0.49.254 192.0.2.254 -- no-esn
../../guestbin/each-connection.sh -I 192.0.50.254 192.0.2.254 -- esn
../../guestbin/each-connection.sh -I 192.1.2.45 192.1.2.23 -- transport
../../guestbin/each-connection.sh -I 2001:db8:1:2::47 2001:db8:1:2::23 -- transport6
for name in ipcomp ipcomp-transport; do ipsec auto --up $name | grep 'Child SA'; done
# of the same content each time, unlike pings, IP header and all: so it is compressed to the same size
../../guestbin/udp.py send --dont-fragment --from 192.0.47.254 --size 900 1 192.0.2.254 2000
../../guestbin/udp.py send --dont-fragment --from 192.1.2.48 --size 900 1 192.1.2.23 2000
