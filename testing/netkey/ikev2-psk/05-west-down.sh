# SPDX-License-Identifier: GPL-2.0-or-later
swanctl --terminate --ike west-east
# the SAs go a moment later
../../guestbin/wait-for.sh --no-match --match proto -- ip xfrm state
ip xfrm state
ip xfrm policy | sed -n '/^src 192.0/,+3p'
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
