#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: klips-stop.sh [--kill]
# Ends KLIPS's daemon, and with it its devices, and waits until it is gone. --kill: without leave to tidy up. Where KLIPS is a
# module, that has nothing left then: it cannot be killed.
set -u
. "${0%/*}/functions.sh"

if [ $# -eq 0 ] && gone klipsd; then
	exec ipsec klips stop
fi
end_daemon klipsd klipsd "$@"
