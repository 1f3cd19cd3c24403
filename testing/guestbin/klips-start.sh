#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: klips-start.sh [--with "OPTIONS OF klipsd"] [DEVICE=PHYSICAL]...
# Starts KLIPS on this host, waits until it answers, attaches each ipsecN to its device (ipsec0=eth1) and brings it up.
set -u
. "${0%/*}/functions.sh"

with=
if [ "${1-}" = --with ]; then
	with=${2?usage: klips-start.sh [--with OPTIONS] [DEVICE=PHYSICAL]...}
	shift 2
fi
log=/var/log/klipsd.log
# Its options are to be split.
# shellcheck disable=SC2086
ipsec klips start $with >$log 2>&1 </dev/null || fail "$(tail -n 5 $log)"
for pair in "${@:-ipsec0=eth1}"; do
	ipsec tncfg --create "${pair%=*}" || exit
	# Or the kernel would have an address of its own there, and tell routers; and tell them again, within a second, of groups.
	echo 1 >"/proc/sys/net/ipv6/conf/${pair%=*}/addr_gen_mode"
	echo 2147483647 >"/proc/sys/net/ipv6/conf/${pair%=*}/mldv2_unsolicited_report_interval"
	ipsec tncfg --attach --virtual "${pair%=*}" --physical "${pair#*=}" || exit
	ip link set "${pair%=*}" up || exit
done
