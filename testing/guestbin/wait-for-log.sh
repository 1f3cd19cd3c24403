#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: wait-for-log.sh [--timeout SECONDS] [--count N] FILE REGEX
# Waits until N lines (1) of a log match and prints the Nth; fails after 30 seconds, or as many as given.
set -u
. "${0%/*}/functions.sh"

usage="usage: wait-for-log.sh [--timeout SECONDS] [--count N] FILE REGEX"
limit=30 count=1
while [ $# -gt 2 ]; do
	case "$1" in
	--timeout) limit=$2 ;;
	--count) count=$2 ;;
	*) fail "unknown argument '$1'; $usage" ;;
	esac
	shift 2
done
[ $# -eq 2 ] || fail "$usage"
line=
logged() {
	line=$(grep -E -e "$2" "$1" 2>/dev/null | sed -n "${count}p")
	[ -n "$line" ]
}
poll "$limit" logged "$1" "$2" || fail "fewer than $count lines of $1 match '$2' after $limit s; its end is:
$(tail -n 3 "$1" 2>&1)"
printf '%s\n' "$line"
