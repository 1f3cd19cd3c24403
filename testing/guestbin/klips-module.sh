#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: klips-module.sh unload|load
# Takes KLIPS's module out of the kernel, with all that it has in each network namespace, or loads it again. What holds it for a
# moment, a packet or a request, is waited for.
set -u
. "${0%/*}/functions.sh"

unload() {
	rmmod ipsec 2>/tmp/rmmod
}

case "$#:${1-}" in
1:unload) poll 10 unload || fail "$(cat /tmp/rmmod)" ;;
1:load) insmod /module/ipsec.ko ;;
*) fail "usage: klips-module.sh unload|load" ;;
esac
