#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: xfrm-churn.sh [--pauses] N
# Makes and deletes a pair of SAs and three policies N times, as fast as one process can, and prints "N times". The pair is of
# this test network's gateways and does not meet what xfrm-tunnel.sh makes. Fails at the first command that the kernel refuses.
# --pauses: rests for 10 ms with the SAs in place, each 50th time: in virtual time others get on only while this one waits.
set -eu
. "${0%/*}/functions.sh"

usage="usage: xfrm-churn.sh [--pauses] N"
pauses=0
if [ "${1-}" = --pauses ]; then
	pauses=1
	shift
fi
[ $# -eq 1 ] || fail "$usage"
case "$1" in
'' | *[!0-9]*) fail "'$1' is not a number; $usage" ;;
esac
key=0x000102030405060708090a0b0c0d0e0f10111213
awk -v times="$1" -v key="$key" -v pauses="$pauses" '
function state(source, destination, spi) {
	print "xfrm state add src", source, "dst", destination, "proto esp spi", spi, "reqid 99 mode tunnel aead",
		"rfc4106(gcm(aes))", key, "128"
}
function policy(verb, direction, source, destination,    words) {
	words = "xfrm policy " verb " src " source ".0/24 dst " destination ".0/24 dir " direction
	if (verb == "add")
		words = words " tmpl src 192.1.2.45 dst 192.1.2.23 proto esp reqid 99 mode tunnel"
	print words
}
BEGIN {
	for (i = 0; i < times; i++) {
		state("192.1.2.45", "192.1.2.23", 65536 + i)
		state("192.1.2.23", "192.1.2.45", 131072 + i)
		for (pass = 0; pass < 2; pass++) {
			if (pauses && pass == 1 && i % 50 == 0) {
				fflush()
				system("sleep 0.01")
			}
			verb = pass ? "delete" : "add"
			policy(verb, "out", "198.51.100", "203.0.113")
			policy(verb, "in", "203.0.113", "198.51.100")
			policy(verb, "fwd", "203.0.113", "198.51.100")
		}
		print "xfrm state delete src 192.1.2.45 dst 192.1.2.23 proto esp spi", 65536 + i
		print "xfrm state delete src 192.1.2.23 dst 192.1.2.45 proto esp spi", 131072 + i
	}
}' | ip -batch - || fail "ip refused one of $1 times"
echo "$1 times"
