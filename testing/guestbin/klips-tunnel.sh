#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: klips-tunnel.sh [OPTION VALUE]... LEFT RIGHT [LEFTNET RIGHTNET]
# Sets up KLIPS's SAs by hand between two addresses, both directions, with their eroutes and a route into the device, at the
# end whose address this host has: the same line is typed at both. Without networks they are for the two addresses.
# SPIs and keys follow from the addresses.
#   --with WORDS            the bundle, innermost first ("tun esp=aes128-gcm-16"): tun, esp=ALGORITHM, ah=ALGORITHM, comp;
#                           without tun it is transport mode
#   --spi WORDS             more for each `ipsec spi` but tun's:  --spi "--replay_window 64"
#   --flow WORDS            more for each eroute:  --flow "--transport-proto 17 --dst-port 9999"
#   --inflow WORDS          the same for what may come in:  --inflow "--policy-proto 17"
#   --key TEXT              other keys and SPIs; ends that shall agree say the same
#   --me ADDRESS            this host is LEFT, and this is its address, which a NAT changes to LEFT
#   --device DEV            (ipsec0)
#   --only sas|eroutes|in|out   just these; in and out: the SAs of one direction
#   --verb add|replace      what becomes of an eroute that is there (add)
# Some variables are set, and some read, in klips-keys.sh.
# shellcheck disable=SC2034,SC2154
set -eu
. "${0%/*}/functions.sh"
. "${0%/*}/klips-keys.sh"

usage="usage: klips-tunnel.sh [OPTION VALUE]... LEFT RIGHT [LEFTNET RIGHTNET]"
with='tun esp=aes128-gcm-16' spi='' flow='' inflow='' seed='' me='' device=ipsec0 only='' verb=add
while [ $# -gt 2 ]; do
	case "$1" in
	--with) with=$2 ;;
	--spi) spi=$2 ;;
	--flow) flow=$2 ;;
	--inflow) inflow=$2 ;;
	--me) me=$2 ;;
	--key) seed=$2 ;;
	--device) device=$2 ;;
	--only) only=$2 ;;
	--verb) verb=$2 ;;
	--*) fail "unknown argument '$1'; $usage" ;;
	*) break ;;
	esac
	shift 2
done
case "$only" in '' | sas | eroutes | in | out) ;; *) fail "unknown word '$only' after --only; $usage" ;; esac
ends "$@"

# esp ALGORITHM[+AUTHENTICATOR] WORDS: what `ipsec spi` is to be told.
esp() {
	encr=${1%%+*} auth=
	[ "$encr" = "$1" ] || auth=${1#*+}
	octets=$(encr_octets "$encr")
	case "$encr" in aes*) name=aes-${encr#*-} ;; *) name=$encr ;; esac
	echo "--esp $name"
	[ "$octets" -eq 0 ] || echo "--enckey $(key "$octets" "$2")"
	[ -z "$auth" ] || echo "--authalg $auth --authkey $(key "$(auth_octets "$auth")" "a$2")"
}
# own ADDRESS: what this host itself knows it by.
own() {
	if [ -n "$me" ] && [ "$1" = "$local" ]; then echo "$me"; else echo "$1"; fi
}
# said WORD SOURCE DESTINATION: the SA of a bundle's word.
said() {
	echo "${1%%=*}$(number "$*")@$(own "$3")"
}
# family ADDRESS WORD SUFFIX: WORD6 for an IPv6 address, WORDSUFFIX for others.
family() {
	case "$1" in *:*) echo "$2"6 ;; *) echo "$2${3-}" ;; esac
}
# sas SOURCE DESTINATION: the SAs of one direction, and their group. What functions print is to be split.
# shellcheck disable=SC2046,SC2086
sas() {
	group='' policy='' src=$(own "$1") dst=$(own "$2")
	# The innermost says what may come in.
	[ "$1" = "$local" ] || policy="--policy-src $remotenet --policy-dst $localnet $inflow"
	for word in $with; do
		said=$(said "$word" "$1" "$2")
		group="$group $said"
		case "$word" in
		tun) ipsec spi --said "$said" "$(family "$2" --ip 4)" --src "$src" --dst "$dst" $policy ;;
		comp) ipsec spi --said "$said" --src "$src" --comp deflate $spi $policy ;;
		ah=*) ipsec spi --said "$said" --src "$src" --ah "${word#ah=}" \
			--authkey "$(key "$(auth_octets "${word#ah=}")" "$word $1 $2")" $spi $policy ;;
		esp=*) ipsec spi --said "$said" --src "$src" $(esp "${word#esp=}" "$word $1 $2") $spi $policy ;;
		*) fail "unknown word '$word' after --with; $usage" ;;
		esac
		policy=
	done
	set -- $group
	[ $# -lt 2 ] || ipsec spigrp --said "$@"
}
# shellcheck disable=SC2046,SC2086
eroutes() {
	first=${with%% *} eraf=$(family "$localnet" inet)
	ipsec eroute "--$verb" --eraf "$eraf" --src "$localnet" --dst "$remotenet" $flow \
		--said "$(said "$first" "$local" "$remote")"
	case "$localnet" in
	"$local/32" | "$local/128" | "$me/32") "${0%/*}/klips-route.sh" "$remotenet" "$device" "${localnet%/*}" ;;
	*) "${0%/*}/klips-route.sh" "$remotenet" "$device" ;;
	esac
}

case "$only" in
'' | sas | out) sas "$local" "$remote" ;;
esac
case "$only" in
'' | sas | in) sas "$remote" "$local" ;;
esac
case "$only" in
'' | eroutes) eroutes ;;
esac
