# SPDX-License-Identifier: GPL-2.0-or-later
grep -o 'Child SA .* established.*' /var/log/pluto.log | sed 's/#[0-9]*//;s/=>0x[0-9a-f]* <0x[0-9a-f]*//g' | sort
../../guestbin/each-connection.sh --after 1 -I 192.1.2.45 192.1.2.23 -- transport
../../guestbin/each-connection.sh --after 1 -I 2001:db8:1:2::47 2001:db8:1:2::23 -- transport6
../../guestbin/each-connection.sh --after 1 -I 2001:db8:0:1::254 2001:db8:0:2::254 -- 6in6
ipsec briefstatus
ipsec stop
