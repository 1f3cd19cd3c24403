#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: block-non-ipsec.sh [INTERFACE]
# Drops all that arrives on an interface (eth1) and is not IKE, ESP, AH, ICMPv6 neighbour discovery or DHCP, so that
# what still comes through came through a tunnel. Decrypted packets are not affected: they arrive on another interface,
# or carry the kernel's IPsec mark.
set -eu
. "${0%/*}/functions.sh"

interface=${1-eth1}
[ -e "/sys/class/net/$interface" ] || fail "this host has no interface $interface"
nft -f - <<RULES
add table inet block-non-ipsec
delete table inet block-non-ipsec
table inet block-non-ipsec {
	chain input {
		type filter hook prerouting priority -250;
		iifname != "$interface" accept
		meta secpath exists accept
		udp dport { 500, 4500 } accept
		meta l4proto { esp, ah } accept
		icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } accept
		counter drop
	}
}
RULES
