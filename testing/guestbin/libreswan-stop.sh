#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: libreswan-stop.sh [--kill]
# Ends pluto, libreswan's or Cygnet's, and waits until it is gone. --kill: at once, without a word to its peers.
set -u
. "${0%/*}/functions.sh"

end_daemon pluto pluto "$@"
