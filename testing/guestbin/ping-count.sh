#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: ping-count.sh --every SECONDS --count N [-I SOURCE] ADDRESS
# Sends N pings, one each so many seconds, and prints how many were answered. Where time is not virtual it refuses to wait
# more than a second between two.
set -u
. "${0%/*}/functions.sh"

usage="usage: ping-count.sh --every SECONDS --count N [-I SOURCE] ADDRESS"
if [ "${1-} ${3-}" != '--every --count' ] || [ $# -lt 5 ]; then
	fail "$usage"
fi
seconds=$2 count=$4
shift 4
for number in "$seconds" "$count"; do
	case "$number" in
	'' | *[!0-9]*) fail "'$number' is not a number; $usage" ;;
	esac
done
[ "$seconds" -le 1 ] || virtual_time
output=$(ping -n -q -i "$seconds" -c "$count" "$@" 2>&1)
printf '%s\n' "$output" | sed -n -E 's/^([0-9]+) packets transmitted, ([0-9]+) received.*/\2 of \1 answered/p' | grep . || fail "$output"
