#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: mark-packets.sh MATCH... set FIELD VALUE   mark-packets.sh --stop
# Changes a field of the packets that leave this host and match an nftables expression, as a router on the way might:
# ip protocol esp ip ecn set ce. What it was told before is forgotten.
set -eu
. "${0%/*}/functions.sh"

[ $# -gt 0 ] || fail "usage: mark-packets.sh MATCH... set FIELD VALUE | --stop"
nft -f - <<RULES
add table inet mark-packets
delete table inet mark-packets
RULES
[ "$1" != --stop ] || exit 0
nft -f - <<RULES
table inet mark-packets {
	chain out { type filter hook output priority -150; $*; }
}
RULES
