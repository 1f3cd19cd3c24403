# SPDX-License-Identifier: GPL-2.0-or-later
ip -d link show ipsec1 | grep -oE 'ipsec1@[a-z0-9]+|xfrm if_id 0x[0-9a-f]+'
ipsec whack --trafficstatus
