# SPDX-License-Identifier: GPL-2.0-or-later
ipsec auto --delete west-east
# the default route: the one to eastnet that there was before the tunnel is gone too
ip route get 192.0.2.254 from 192.0.1.254
ip xfrm state
