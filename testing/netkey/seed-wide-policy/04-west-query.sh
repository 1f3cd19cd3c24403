# SPDX-License-Identifier: GPL-2.0-or-later
# lost
../../guestbin/udp.py send 3 192.1.2.254 53
ip xfrm policy add src 0.0.0.0/0 dst 0.0.0.0/0 proto udp dport 53 dir out priority 1
ip xfrm policy add src 0.0.0.0/0 dst 0.0.0.0/0 proto udp sport 53 dir in priority 1
../../guestbin/udp.py send 1 192.1.2.254 53
