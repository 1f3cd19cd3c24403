# SPDX-License-Identifier: GPL-2.0-or-later
swanctl --terminate --ike west-east
../../guestbin/wait-for.sh --no-match --match proto -- ip xfrm state
ip xfrm state
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
