#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: pass-time.sh SECONDS
# Lets so much of this host's time pass, whatever happens meanwhile, and prints nothing. It refuses to where time is not
# virtual: a test that only waits is one that nobody runs. Its line needs a higher limit in test.toml beyond 30 s.
set -eu
. "${0%/*}/functions.sh"

usage="usage: pass-time.sh SECONDS"
[ $# -eq 1 ] || fail "$usage"
case "$1" in
'' | *[!0-9]*) fail "'$1' is not a number of seconds; $usage" ;;
esac
virtual_time
sleep "$1"
