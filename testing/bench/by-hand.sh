#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: by-hand.sh FOLDER
# The yardstick of bench-lab: east and west set up with ip-netns(8), their wire captured with tcpdump or tshark's dumpcap, one
# command run on each, all taken down; as one would script it, and with nothing compared. Run it in namespaces of its
# own: unshare -Urnm by-hand.sh FOLDER
set -eu
folder=$1

mount -t tmpfs tmpfs /run
ip link set lo up
for host in east west; do
	ip netns add $host
done
for wire in internet eastnet westnet; do
	ip link add $wire type bridge
	ip link set $wire up
done

# plug HOST INTERFACE WIRE ADDRESS6 ADDRESS4
plug() {
	ip link add "$1-$2" type veth peer name "$2" netns "$1"
	ip link set "$1-$2" master "$3" up
	ip -n "$1" addr add "$5" dev "$2"
	ip -n "$1" addr add "$4" dev "$2" nodad
	ip -n "$1" link set "$2" up
}
plug east eth0 eastnet 2001:db8:0:2::254/64 192.0.2.254/24
plug east eth1 internet 2001:db8:1:2::23/64 192.1.2.23/24
plug west eth0 westnet 2001:db8:0:1::254/64 192.0.1.254/24
plug west eth1 internet 2001:db8:1:2::45/64 192.1.2.45/24
ip -n east route add 192.0.1.0/24 via 192.1.2.45
ip -n west route add 192.0.2.0/24 via 192.1.2.23

captures=
for wire in internet eastnet westnet; do
	dumpcap -q -i $wire -w "$folder/$wire.pcapng" 2>"$folder/$wire.err" &
	captures="$captures $!"
done
for wire in internet eastnet westnet; do
	until grep -q '^File:' "$folder/$wire.err"; do
		:
	done
done
for host in east west; do
	ip netns exec $host hostname >"$folder/$host.txt"
done
# shellcheck disable=SC2086
kill -INT $captures
wait
for host in east west; do
	ip netns delete $host
done
