# SPDX-License-Identifier: GPL-2.0-or-later
for outer in not-ect ect1 ect0 ce; do ../../guestbin/mark-packets.sh ip protocol esp ip ecn set $outer; for inner in 0 1 2 3; do ../../guestbin/udp.py send --from 192.0.1.254 --tos $inner 1 192.0.2.254 2001 >/dev/null; done; done
for outer in not-ect ect1 ect0 ce; do ../../guestbin/mark-packets.sh ip6 nexthdr esp ip6 ecn set $outer; for inner in 0 1 2 3; do ../../guestbin/udp.py send --from 2001:db8:0:1::254 --tos $inner 1 2001:db8:0:2::254 2001 >/dev/null; done; done
../../guestbin/mark-packets.sh --stop
