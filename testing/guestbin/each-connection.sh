#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: each-connection.sh [--show REGEX] [--auth] [--after SECONDS] [-I SOURCE] [-s SIZE] DESTINATION -- NAME...
# Brings each connection up, shows what was agreed, pings through it once, and ends it: of Cygnet's pluto, or of libreswan's, which
# is told of it first, or of strongSwan where that runs, with a child of the same name. --show: which lines of what is said of it
# (what was agreed). --auth: also how both ends have shown who they are, which Cygnet tells only if asked. --after: so much virtual
# time passes before the ping, for a peer that answers before its SAs are in the kernel, as OpenIKED does.
set -u
. "${0%/*}/functions.sh"

usage="usage: each-connection.sh [--show REGEX] [--auth] [--after SECONDS] [-I SOURCE] [-s SIZE] DESTINATION -- NAME..."
show='SA established|established IKE SA|Child SA|PRF|ESP:|AH:'
if [ "${1-}" = --show ]; then
	show=${2?$usage}
	shift 2
fi
auth=
if [ "${1-}" = --auth ]; then
	auth=1
	shift
fi
after=
if [ "${1-}" = --after ]; then
	after=${2?$usage}
	shift 2
fi
ping=
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	ping="$ping $1"
	shift
done
if [ -z "$ping" ] || [ $# -lt 2 ]; then
	fail "$usage"
fi
shift

by_pluto() {
	ipsec auto --up "$1" | grep -E "$show"
	ping_once
	[ -z "$auth" ] || ipsec auto --status | grep -o 'authenticated by [^;]*'
	ipsec auto --down "$1"
}

# --down alone would leave a policy that brings it up again.
by_libreswan() {
	ipsec auto --add "$1" >/dev/null
	ipsec auto --up "$1" | grep -E "$show"
	ping_once
	ipsec auto --delete "$1" | grep traffic
}

by_strongswan() {
	swanctl --initiate --child "$1" | tail -n 1
	swanctl --list-sas | grep -E "$show"
	ping_once
	swanctl --terminate --ike "$1" | tail -n 1
}

# Its words are to be split.
# shellcheck disable=SC2086
ping_once() {
	[ -z "$after" ] || "${0%/*}/pass-time.sh" "$after"
	"${0%/*}/ping-once.sh" --up $ping
}

by=by_strongswan
if pgrep -x pluto >/dev/null; then
	by=by_pluto
	! ipsec --version | grep -q -i libreswan || by=by_libreswan
fi
for name; do
	$by "$name"
done
