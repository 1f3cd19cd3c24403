# SPDX-License-Identifier: GPL-2.0-or-later
# the child alone: east answers each deletion with its own, and of two at once it is chance which comes first
swanctl --terminate --child net | grep -e sending -e terminate
# the route into the tunnel goes a moment later
../../guestbin/wait-for.sh --no-match --match 192.0.2.0/24 -- ip route show table 220
ip xfrm state
