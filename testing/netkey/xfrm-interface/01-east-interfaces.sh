# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ip link add ipsec1 type xfrm dev eth1 if_id 1
ip addr add 10.1.0.23/24 dev ipsec1
ip link set ipsec1 up
../../guestbin/xfrm-tunnel.sh --reqid 1 --state 'if_id 1' --policy 'if_id 1' 192.1.2.45 192.1.2.23 0.0.0.0/0 0.0.0.0/0
ip link add ipsec2 type xfrm dev eth1 if_id 2
ip addr add 10.2.0.23/24 dev ipsec2
ip link set ipsec2 up
../../guestbin/xfrm-tunnel.sh --reqid 2 --state 'if_id 2' --policy 'if_id 2' 192.1.2.45 192.1.2.23 0.0.0.0/0 0.0.0.0/0
