#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: tunnel.sh klips|xfrm|clear [ENCRYPTION [COUNT]]
# Two ends of a wire of 1500 octets, in the namespaces own and peer, with a tunnel between 192.0.2.12 in own and 192.0.2.11 in
# peer: KLIPS's, the kernel's own, or none; and more of them, with SAs of their own, between .14 and .13, .16 and .15, and so
# on. The wire's ends join what they receive, as cards do. What was there before goes.
set -eu
encryption=${2-aes128-gcm-16} count=${3-1}
bin=/testing/guestbin

# both COMMAND...: at both ends
both() {
	for end in own peer; do
		ip netns exec $end "$@"
	done
}

ip netns delete own 2>/dev/null || true
ip netns delete peer 2>/dev/null || true
ip netns add own
ip netns add peer
ip -n own link add wire0 type veth peer name wire0 netns peer
both ip link set lo up
both ethtool -K wire0 gro on
both ip link set wire0 up
ip -n own address add 192.0.2.2/30 dev wire0
ip -n peer address add 192.0.2.1/30 dev wire0
case "${1-}" in
klips)
	both ipsec tncfg --create ipsec0
	both ipsec tncfg --attach --virtual ipsec0 --physical wire0
	both ip link set ipsec0 up
	;;
xfrm | clear) ;;
*)
	echo "usage: tunnel.sh klips|xfrm|clear [ENCRYPTION [COUNT]]" >&2
	exit 2
	;;
esac

# tunnel STACK NEAR FAR: between two addresses
tunnel() {
	ip -n own address add "$2/32" dev lo
	ip -n peer address add "$3/32" dev lo
	ip -n own route add "$3/32" via 192.0.2.1 src "$2"
	ip -n peer route add "$2/32" via 192.0.2.2 src "$3"
	case $1 in
	klips)
		both $bin/klips-tunnel.sh --with "esp=$encryption" --spi "--mode tunnel --replay_window 64" --key "$2" \
			192.0.2.2 192.0.2.1 "$2/32" "$3/32"
		ip -n own route replace "$3/32" dev ipsec0 src "$2"
		ip -n peer route replace "$2/32" dev ipsec0 src "$3"
		;;
	xfrm)
		both $bin/klips-xfrm.sh --with "tun esp=$encryption" --state "replay-window 64" --key "$2" \
			192.0.2.2 192.0.2.1 "$2/32" "$3/32"
		;;
	esac
}

last=$((10 + 2 * count))
while [ $last -gt 10 ]; do
	tunnel "$1" 192.0.2.$last 192.0.2.$((last - 1))
	last=$((last - 2))
done
ip netns exec own ping -c 1 -W 5 -q -I 192.0.2.12 192.0.2.11 >/dev/null
