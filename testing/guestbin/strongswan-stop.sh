#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: strongswan-stop.sh [--kill]
# Ends strongSwan's daemon and waits until it is gone. --kill: at once, without a word to its peers.
set -u
. "${0%/*}/functions.sh"

signal=TERM
case "${1-}" in
--kill) signal=KILL ;;
'') ;;
*) fail "unknown argument '$1'; usage: strongswan-stop.sh [--kill]" ;;
esac
pkill "-$signal" -x charon-systemd || fail "charon is not running"
gone() {
	! pgrep -x charon-systemd >/dev/null
}
poll 10 gone || fail "charon did not end within 10 s"
