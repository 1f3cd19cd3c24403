#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: strongswan-start.sh
# Starts strongSwan's daemon on this host, waits until it answers, loads the host's swanctl configuration and prints
# what swanctl says of it. Fails with the end of the daemon's log if it is not ready within 20 seconds.
set -u
. "${0%/*}/functions.sh"

log=/var/log/charon.log
if pgrep -x charon-systemd >/dev/null; then
	fail "charon is running already; strongswan-stop.sh stops it"
fi
setsid charon-systemd >/var/log/charon.out 2>&1 </dev/null &
daemon=$!
# The socket's file exists before charon listens on it, so only an answer tells that it is ready.
ready() {
	kill -0 "$daemon" 2>/dev/null || fail "charon ended: $(tail -n 3 /var/log/charon.out $log 2>/dev/null)"
	swanctl --stats >/dev/null 2>&1
}
poll 20 ready || fail "charon did not answer within 20 s: $(tail -n 3 $log)"
swanctl --load-all --noprompt 2>&1
