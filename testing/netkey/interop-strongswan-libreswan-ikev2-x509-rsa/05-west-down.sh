# SPDX-License-Identifier: GPL-2.0-or-later
swanctl --terminate --ike west-east
# the route into the tunnel goes a moment later
../../guestbin/wait-for.sh --no-match --match 192.0.2.0/24 -- ip route show table 220
ip xfrm state
