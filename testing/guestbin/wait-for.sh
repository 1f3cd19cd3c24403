#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: wait-for.sh [--timeout SECONDS] [--every SECONDS] [--no-match] --match REGEX -- COMMAND...
# Runs a command again and again until a line of its output matches (with --no-match: until none does), and prints
# those lines; fails after 30 seconds, or as many as given, with what the command printed last.
set -u
. "${0%/*}/functions.sh"

usage="usage: wait-for.sh [--timeout SECONDS] [--every SECONDS] [--no-match] --match REGEX -- COMMAND..."
limit=30 wanted=0 regex=''
# poll reads $every.
# shellcheck disable=SC2034
while [ $# -gt 0 ]; do
	case "$1" in
	--timeout) limit=${2?$usage}; shift ;;
	--every) every=${2?$usage}; shift ;;
	--match) regex=${2?$usage}; shift ;;
	--no-match) wanted=1 ;;
	--) shift; break ;;
	*) fail "unknown argument '$1'; $usage" ;;
	esac
	shift
done
if [ -z "$regex" ] || [ $# -eq 0 ]; then
	fail "$usage"
fi
output='' found=''
matches() {
	output=$("$@" 2>&1)
	found=$(printf '%s\n' "$output" | grep -E -e "$regex")
	[ $? -eq "$wanted" ]
}
poll "$limit" matches "$@" || fail "not within $limit s; the last output was:
$output"
[ -z "$found" ] || printf '%s\n' "$found"
