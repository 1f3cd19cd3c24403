#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: ends.sh up|down
# Two ends of a wire for tests of ipsec.ko, in namespaces of their own: `own` has ipsec0 on own0, and mast0 by which marked packets
# leave, `peer` has peer0. Addresses are those of src/klips/guest/wire.h.
set -eu
case "${1-}" in
up)
	for end in own peer; do
		ip netns add $end
		ip -n $end link set lo up
	done
	ip -n own link add own0 mtu 9000 type veth peer name peer0 mtu 9000 netns peer
	ip -n own address add 192.0.2.2/24 dev own0
	ip -n own address add 2001:db8::2/64 dev own0 nodad
	ip -n peer address add 192.0.2.1/24 dev peer0
	ip -n peer address add 2001:db8::1/64 dev peer0 nodad
	ip -n own link set own0 up
	ip -n peer link set peer0 up
	ip netns exec own ipsec tncfg --create ipsec0
	ip netns exec own ipsec tncfg --attach --virtual ipsec0 --physical own0
	ip -n own link set ipsec0 up
	ip -n own address add 192.0.2.12/32 dev ipsec0
	ip -n own address add 2001:db8::c/128 dev ipsec0 nodad
	ip -n own route add 192.0.2.11/32 dev ipsec0
	ip -n own route add 2001:db8::b/128 dev ipsec0
	ip -n own neighbour add 192.0.2.11 lladdr 02:00:00:00:00:0b dev own0
	ip netns exec own ipsec tncfg --create mast0
	ip -n own link set mast0 up
	ip netns exec own sysctl -qw net.ipv4.fwmark_reflect=1 net.ipv6.fwmark_reflect=1
	for family in -4 -6; do
		ip -n own $family rule add fwmark 0x80000000/0x80000000 lookup 100
		ip -n own $family route add default dev mast0 table 100
	done
	;;
down)
	ip netns delete own
	ip netns delete peer
	;;
*)
	echo "usage: ends.sh up|down" >&2
	exit 2
	;;
esac
