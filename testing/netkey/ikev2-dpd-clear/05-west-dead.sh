# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/pass-time.sh 185
swanctl --list-sas | grep '#'
../../guestbin/pass-time.sh 15
../../guestbin/wait-for.sh --no-match --match proto -- ip xfrm state
swanctl --list-sas
ip xfrm state
ip xfrm policy | sed -n '/^src 192.0/,+3p'
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
