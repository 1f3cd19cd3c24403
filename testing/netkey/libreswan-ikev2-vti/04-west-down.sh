# SPDX-License-Identifier: GPL-2.0-or-later
ipsec auto --delete west-east
ip route show dev vti01
ip xfrm state
