#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: bridge.sh BRIDGE DEVICE ADDRESS/BITS
# Makes a bridge over a device, and moves the device's address to it; returns when the bridge carries.
set -eu
. "${0%/*}/functions.sh"

carries() {
	ip link show "$1" | grep -q 'state UP'
}

[ $# = 3 ] || fail "usage: bridge.sh BRIDGE DEVICE ADDRESS/BITS"
ip link add "$1" type bridge
ip link set "$2" master "$1"
ip address del "$3" dev "$2"
ip address add "$3" dev "$1"
ip link set "$1" up
poll 10 carries "$1" || fail "$1 does not carry"
