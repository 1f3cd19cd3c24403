#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: xl2tpd-start.sh
# Starts xl2tpd on this host, with a device for pppd, and waits until it listens.
set -u
. "${0%/*}/functions.sh"

log=/var/log/xl2tpd.log
if pgrep -x xl2tpd >/dev/null; then
	fail "xl2tpd is running already"
fi
[ -e /dev/ppp ] || mknod /dev/ppp c 108 0 || fail "no device for pppd"
mkdir -p /run/xl2tpd
: >$log
setsid xl2tpd -D >$log 2>&1 </dev/null &
daemon=$!
ready() {
	kill -0 "$daemon" 2>/dev/null || fail "xl2tpd ended: $(tail -n 3 $log)"
	grep -q 'Listening on IP address' $log
}
poll 20 ready || fail "xl2tpd does not listen after 20 s: $(tail -n 3 $log)"
