#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: openiked-stop.sh [--kill]
# Ends OpenIKED's daemon and waits until it is gone. --kill: at once, without a word to its peers.
set -u
. "${0%/*}/functions.sh"

# Its oldest process ends the others.
which=-o signal=TERM
case "${1-}" in
--kill) which='' signal=KILL ;;
'') ;;
*) fail "unknown argument '$1'; usage: openiked-stop.sh [--kill]" ;;
esac
pkill "-$signal" ${which:+"$which"} -x iked || fail "iked is not running"
gone() {
	! pgrep -x iked >/dev/null
}
poll 10 gone || fail "iked did not end within 10 s"
