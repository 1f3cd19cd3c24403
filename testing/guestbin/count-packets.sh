#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: count-packets.sh --start NAME MATCH...   count-packets.sh --show NAME
# Counts the packets that arrive at, leave or pass through this host and match an nftables expression, such as:
# ip saddr 192.0.1.0/24. --show prints their number.
set -eu
. "${0%/*}/functions.sh"

usage="usage: count-packets.sh --start NAME MATCH... | --show NAME"
[ $# -ge 2 ] || fail "$usage"
action=$1 name=$2
shift 2
case "$action" in
--start)
	[ $# -gt 0 ] || fail "$usage"
	nft -f - <<-RULES
	table inet count-packets {
		counter $name { }
		chain in-$name { type filter hook prerouting priority -299; $* counter name $name; }
		chain out-$name { type filter hook output priority -299; $* counter name $name; }
	}
	RULES
	;;
--show)
	nft list counter inet count-packets "$name" | sed -n 's/.*packets \([0-9]*\) .*/\1/p'
	;;
*)
	fail "unknown argument '$action'; $usage"
	;;
esac
