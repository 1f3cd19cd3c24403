# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
../../guestbin/pass-time.sh 185
swanctl --list-sas | grep '#'
../../guestbin/pass-time.sh 15
../../guestbin/wait-for.sh --match 'net: #2, .*INSTALLED' -- swanctl --list-sas
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
swanctl --list-sas
ip xfrm state
