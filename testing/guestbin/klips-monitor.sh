#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: klips-monitor.sh --start | --show
# --start: from now on collects what KLIPS asks of a key daemon: SAs that it wants, SAs that came to a limit, peers whose NAT
# changed. It listens when the command returns. --show: what came so far.
set -u
. "${0%/*}/functions.sh"

file=/tmp/klips-events
case "$#:${1-}" in
1:--start) ipsec pf_key --daemon /run/klips-monitor.pid >$file </dev/null ;;
1:--show) cat $file ;;
*) fail "usage: klips-monitor.sh --start | --show" ;;
esac
