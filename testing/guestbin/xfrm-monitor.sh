#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: xfrm-monitor.sh --start [OBJECT]...   xfrm-monitor.sh --show
# Collects in the background what `ip xfrm monitor` prints of these objects (acquire, expire, SA, policy, ...; default
# all) from the moment on when --start returns. --show prints it.
set -u
. "${0%/*}/functions.sh"

usage="usage: xfrm-monitor.sh --start [OBJECT]... | --show"
file=/run/xfrm-monitor
# Nothing is in its socket, and it sleeps: it has printed all that there was.
told() {
	pid=$(cat "$file.pid")
	awk -v pid="$pid" '$2 == 6 && $3 == pid && $5 != 0 { exit 1 }' /proc/net/netlink &&
		[ "$(cut -d' ' -f3 "/proc/$pid/stat" 2>/dev/null)" = S ]
}
case "${1-}" in
--show)
	poll 10 told || fail "ip xfrm monitor does not get on"
	cat "$file"
	exit
	;;
--start) shift ;;
*) fail "$usage" ;;
esac
setsid ip xfrm monitor "$@" >"$file" 2>&1 </dev/null &
monitor=$!
echo "$monitor" >"$file.pid"
# 6 is NETLINK_XFRM; the third and fourth columns are the process and the groups it joined.
listens() {
	kill -0 "$monitor" 2>/dev/null || fail "ip xfrm monitor ended: $(cat "$file")"
	awk -v pid="$monitor" '$2 == 6 && $3 == pid && $4 !~ /^0*$/ { found = 1 } END { exit !found }' /proc/net/netlink
}
poll 10 listens || fail "ip xfrm monitor did not listen within 10 s"
