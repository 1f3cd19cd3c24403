#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: klips-route.sh NET [DEVICE [SOURCE]]
# A route into ipsec0, or DEVICE, before any other to this network: that one stays, for what KLIPS itself sends there.
# If it is there already, nothing changes.
set -eu
. "${0%/*}/functions.sh"

case $# in 1 | 2 | 3) ;; *) fail "usage: klips-route.sh NET [DEVICE [SOURCE]]" ;; esac
device=${2-ipsec0} src=${3+src $3}
# $src is to be split.
# shellcheck disable=SC2086
case "$1" in
*:*) ip -6 route replace "$1" dev "$device" metric 1 $src ;;
*) [ -n "$(ip route show "$1" dev "$device")" ] || ip route prepend "$1" dev "$device" $src ;;
esac
