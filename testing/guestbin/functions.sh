# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# What the commands in this folder share; to be read by '.'.

# fail TEXT...: say what went wrong under the command's own name, and end it.
fail() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# virtual_time: fail where the clock does not jump when nothing happens.
virtual_time() {
	grep -q -w 'time-travel=inf-cpu' /proc/cmdline || fail "time is not virtual here; '--place uml', without --real-time, has it"
}

# poll SECONDS COMMAND...: run the command until it succeeds; fails after so many seconds. Often at first; what takes longer
# than 10 s may be one of those that take an hour of virtual time. $every, if set, are the seconds between two looks.
poll() {
	begin=$(date +%s)
	most=$1
	shift
	pause=0.01
	until "$@"; do
		waited=$(($(date +%s) - begin))
		[ "$waited" -le "$most" ] || return 1
		sleep "$pause"
		pause=${every:-0.05}
		[ "$waited" -le 10 ] || pause=${every:-1}
	done
}
