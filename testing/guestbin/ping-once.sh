#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: ping-once.sh --up|--down [-I SOURCE] [-s SIZE] ADDRESS
# Sends one ping and prints "up" or "down"; what was not expected is marked and fails.
set -u
. "${0%/*}/functions.sh"

usage="usage: ping-once.sh --up|--down [-I SOURCE] [-s SIZE] ADDRESS"
case "${1-}" in
--up | --down) expected=${1#--} ;;
*) fail "$usage" ;;
esac
shift
[ $# -gt 0 ] || fail "$usage"
# An answer that is expected may take long on a busy machine. Where none is, it would take milliseconds.
wait=0.1
[ "$expected" = up ] && wait=5
if output=$(ping -n -c 1 -W "$wait" "$@" 2>&1); then
	found=up
else
	found=down
fi
if [ "$found" = "$expected" ]; then
	echo "$found"
else
	echo "$found UNEXPECTED"
	echo "$output"
	exit 1
fi
