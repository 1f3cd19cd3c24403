# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/each-connection.sh -I 2001:db8:0:1::254 2001:db8:0:2::254 -- 6in6
../../guestbin/each-connection.sh -I 2001:db8:0:46::254 2001:db8:0:2::254 -- 6in4
../../guestbin/each-connection.sh -I 192.0.1.254 192.0.2.254 -- 4in6
../../guestbin/each-connection.sh -I 192.0.49.254 192.0.2.254 -- no-esn
../../guestbin/each-connection.sh -I 192.0.50.254 192.0.2.254 -- esn
../../guestbin/each-connection.sh -I 192.1.2.45 192.1.2.23 -- transport
../../guestbin/each-connection.sh -I 2001:db8:1:2::47 2001:db8:1:2::23 -- transport6
../../guestbin/each-connection.sh -s 1000 -I 192.0.47.254 192.0.2.254 -- ipcomp
../../guestbin/each-connection.sh -s 1000 -I 192.1.2.48 192.1.2.23 -- ipcomp-transport
