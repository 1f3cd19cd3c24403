# SPDX-License-Identifier: GPL-2.0-or-later
ipsec stop
ip xfrm policy | grep -c 'mark 0x7'
ip link show dev vti7
