# SPDX-License-Identifier: GPL-2.0-or-later
swanctl --terminate --child net4
../../guestbin/wait-for.sh --no-match --match 'reqid 1 ' -- ip xfrm state
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
../../guestbin/ping-once.sh --up -I 2001:db8:0:1::254 2001:db8:0:2::254
swanctl --list-sas
ip xfrm state
