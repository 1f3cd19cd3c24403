# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# What the commands in this folder share; to be read by '.'.

# fail TEXT...: say what went wrong under the command's own name, and end it.
fail() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# poll SECONDS COMMAND...: run the command until it succeeds; fails after so many seconds.
poll() {
	end=$(($(date +%s) + $1))
	shift
	pause=0.01
	until "$@"; do
		[ "$(date +%s)" -le "$end" ] || return 1
		sleep "$pause"
		pause=0.05
	done
}
