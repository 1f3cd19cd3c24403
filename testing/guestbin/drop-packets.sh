#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: drop-packets.sh [--first N] MATCH...     drop-packets.sh --off
# Drops the first N packets (1) that arrive at this host and match an nftables expression, such as: udp dport 500
# They are still seen on the wire. --off forgets all that was asked for before.
set -eu
. "${0%/*}/functions.sh"

if [ "${1-}" = --off ]; then
	nft delete table inet drop-packets
	exit
fi
count=1
if [ "${1-}" = --first ]; then
	count=$2
	shift 2
fi
[ $# -gt 0 ] || fail "usage: drop-packets.sh [--first N] MATCH... | --off"
# The counter of numgen starts at 0 and does not come round again within a test.
nft -f - <<RULES
table inet drop-packets {
	chain input {
		type filter hook prerouting priority -300;
		$* numgen inc mod 1000000000 < $count counter drop
	}
}
RULES
