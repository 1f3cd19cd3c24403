# SPDX-License-Identifier: GPL-2.0-or-later
ipsec auto --down west-east
ip route show 192.0.2.0/24 dev ipsec1
ipsec stop
ip link show dev ipsec1
