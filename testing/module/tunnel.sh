#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: tunnel.sh klips|xfrm|clear [ENCRYPTION]
# Two ends of a wire of 1500 octets, in the namespaces own and peer, with a tunnel between 192.0.2.12 in own and 192.0.2.11 in
# peer: KLIPS's, the kernel's own, or none. What was there before goes.
set -eu
encryption=${2-aes128-gcm-16}
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
both ip link set wire0 up
ip -n own address add 192.0.2.2/30 dev wire0
ip -n peer address add 192.0.2.1/30 dev wire0
ip -n own address add 192.0.2.12/32 dev lo
ip -n peer address add 192.0.2.11/32 dev lo
ip -n own route add 192.0.2.11/32 via 192.0.2.1 src 192.0.2.12
ip -n peer route add 192.0.2.12/32 via 192.0.2.2 src 192.0.2.11
case "${1-}" in
klips)
	both ipsec tncfg --create ipsec0
	both ipsec tncfg --attach --virtual ipsec0 --physical wire0
	both ip link set ipsec0 up
	both $bin/klips-tunnel.sh --with "esp=$encryption" --spi "--mode tunnel --replay_window 64" 192.0.2.2 192.0.2.1 \
		192.0.2.12/32 192.0.2.11/32
	ip -n own route replace 192.0.2.11/32 dev ipsec0 src 192.0.2.12
	ip -n peer route replace 192.0.2.12/32 dev ipsec0 src 192.0.2.11
	;;
xfrm)
	both $bin/klips-xfrm.sh --with "tun esp=$encryption" --state "replay-window 64" 192.0.2.2 192.0.2.1 \
		192.0.2.12/32 192.0.2.11/32
	;;
clear) ;;
*)
	echo "usage: tunnel.sh klips|xfrm|clear [ENCRYPTION]" >&2
	exit 2
	;;
esac
ip netns exec own ping -c 1 -W 5 -q -I 192.0.2.12 192.0.2.11 >/dev/null
