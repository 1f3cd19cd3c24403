#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: openiked-start.sh
# Starts OpenIKED's daemon on this host and waits until it answers. Fails with the end of the daemon's log if that takes
# more than 20 seconds.
set -u
. "${0%/*}/functions.sh"

log=/var/log/iked.log
if pgrep -x iked >/dev/null; then
	fail "iked is running already; openiked-stop.sh stops it"
fi
# Its unprivileged processes have a user of their own, whose home they are locked into.
if ! grep -q '^_iked:' /etc/passwd; then
	echo '_iked:x:64000:64000:iked:/run/iked-empty:/usr/sbin/nologin' >>/etc/passwd
	echo '_iked:x:64000:' >>/etc/group
fi
mkdir -p /run/iked-empty
# It does not start without a key, even where none is used.
key=/etc/iked/private/local.key
if [ ! -e $key ]; then
	mkdir -p ${key%/*}
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $key || fail "no key made"
fi
# It refuses what others could read.
chmod 600 /etc/iked.conf
# -d: stay in the foreground, and log there.
setsid iked -d -v >$log 2>&1 </dev/null &
daemon=$!
# Its processes answer ikectl before they open their sockets, and open them before they read from them: what came meanwhile would
# have to be sent again, and if it was answered, the SA be forgotten at once. So it must have read a datagram of ours.
sent=
ready() {
	kill -0 "$daemon" 2>/dev/null || fail "iked ended: $(tail -n 3 $log)"
	ikectl show sa >/dev/null 2>&1 || return 1
	case "$sent:$(awk '$2 ~ /:01F4$/ { print $5; exit }' /proc/net/udp)" in
	*:) return 1 ;;
	:*) bash -c 'echo >/dev/udp/127.0.0.1/500' && sent=1 && return 1 ;;
	*:00000000) return 0 ;;
	*) return 1 ;;
	esac
}
poll 20 ready || fail "iked did not answer within 20 s: $(tail -n 3 $log)"
