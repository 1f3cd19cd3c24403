# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ip link add vti1 type vti local 192.1.2.45 remote 192.1.2.23 key 1
ip addr add 10.1.0.45/24 dev vti1
ip link set vti1 up
../../guestbin/xfrm-tunnel.sh --state 'mark 1' --policy 'mark 1' 192.1.2.45 192.1.2.23 0.0.0.0/0 0.0.0.0/0
ip xfrm state
ip xfrm policy
