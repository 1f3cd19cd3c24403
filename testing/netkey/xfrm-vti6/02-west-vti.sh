# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ip link add vti1 type vti6 local 2001:db8:1:2::45 remote 2001:db8:1:2::23 key 1
ip addr add 10.1.0.45/24 dev vti1
ip link set vti1 up
ip addr add fd00:1::45/64 dev vti1
../../guestbin/xfrm-tunnel.sh --state 'mark 1 flag af-unspec' --policy 'mark 1' 2001:db8:1:2::45 2001:db8:1:2::23 ::/0 ::/0
../../guestbin/xfrm-tunnel.sh --only policies --policy 'mark 1' 2001:db8:1:2::45 2001:db8:1:2::23 0.0.0.0/0 0.0.0.0/0
ip xfrm state
