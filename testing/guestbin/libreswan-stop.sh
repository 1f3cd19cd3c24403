#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: libreswan-stop.sh [--kill]
# Ends libreswan's daemon and waits until it is gone. --kill: at once, without a word to its peers.
set -u
. "${0%/*}/functions.sh"

signal=TERM
case "${1-}" in
--kill) signal=KILL ;;
'') ;;
*) fail "unknown argument '$1'; usage: libreswan-stop.sh [--kill]" ;;
esac
pkill "-$signal" -x pluto || fail "pluto is not running"
gone() {
	! pgrep -x pluto >/dev/null
}
poll 10 gone || fail "pluto did not end within 10 s"
