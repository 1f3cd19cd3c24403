# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# What the commands in this folder share; to be read by '.'.

# fail TEXT...: say what went wrong under the command's own name, and end it.
fail() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# end_daemon NAME PROGRAM [--kill]: end a daemon, whose oldest process ends its others, and wait until it is gone. --kill: at
# once, without a word to its peers.
end_daemon() {
	name=$1 program=$2
	shift 2
	case "$#:${1-}" in
	0:) pkill -TERM -o -x "$program" ;;
	1:--kill) pkill -KILL -x "$program" ;;
	*) fail "unknown argument '$1'; usage: ${0##*/} [--kill]" ;;
	esac || fail "$name is not running"
	poll 10 gone "$program" || fail "$name did not end within 10 s"
}

# gone PROGRAM: whether no process has that name.
gone() {
	! pgrep -x "$1" >/dev/null
}

# virtual_time: fail where the clock does not jump when nothing happens.
virtual_time() {
	grep -q -E 'time-travel=(inf-cpu|ext:)' /proc/cmdline || fail "time is not virtual here; '--place uml', without --real-time, has it"
}

# poll SECONDS COMMAND...: run the command until it succeeds; fails after so many seconds. Often at first, then less: each look costs
# a guest some 40 ms of a processor, and what takes longer than 10 s may be one of those that take an hour of virtual time. $every,
# if set, are the seconds between two looks.
poll() {
	most=$1
	shift
	"$@" && return
	begin=$(date +%s)
	pause=0.01
	while :; do
		sleep "$pause" || return
		"$@" && return
		waited=$(($(date +%s) - begin))
		[ "$waited" -le "$most" ] || return 1
		pause=${every:-0.05}
		[ "$waited" -lt 2 ] || pause=${every:-0.25}
		[ "$waited" -le 10 ] || pause=${every:-1}
	done
}
