#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: openiked-stop.sh [--kill]
# Ends OpenIKED's daemon and waits until it is gone. --kill: at once, without a word to its peers.
set -u
. "${0%/*}/functions.sh"

end_daemon iked iked "$@"
