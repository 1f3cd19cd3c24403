# SPDX-License-Identifier: GPL-2.0-or-later
swanctl --list-pols
ip xfrm state
ip xfrm policy | sed -n '/^src 192.0/,+3p'
# the one that brings the tunnel up is lost
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
../../guestbin/wait-for.sh --match 'net: .*INSTALLED' -- swanctl --list-sas
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
swanctl --list-sas
ip xfrm state
