#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: klips-stop.sh [--kill]
# Ends KLIPS's daemon, and with it its devices, and waits until it is gone. --kill: without leave to tidy up.
set -u
. "${0%/*}/functions.sh"

end_daemon klipsd klipsd "$@"
