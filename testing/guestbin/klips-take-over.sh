#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: klips-take-over.sh
# Hands the Child SAs that strongSwan has on this host to KLIPS: reads their SPIs, addresses, networks and algorithms from charon
# and their keys from charon's log (HOST.charon.conf: chd = 4), ends charon without a word to its peer, starts KLIPS, and sets up
# the same SAs, ESP in UDP, with their eroutes. Nothing may have been sent by the SAs before: KLIPS begins with 1.
set -eu
. "${0%/*}/functions.sh"

log=/var/log/charon.log
list=$(swanctl --list-sas --raw)
# field NAME TEXT: of an SA.
field() {
	printf '%s\n' "$2" | sed -n -E "s/.*[ {]$1=\[?([^] }]*).*/\1/p" | grep . || fail "charon shows no $1"
}
# key KIND WHO SPI: the key that the initiator or the responder encrypts with, or authenticates with, of the Child SA whose
# inbound SPI this is. charon logs keys before it: octets by sixteen, with text behind.
key() {
	hex=$(awk -v name="$1 $2" -v spi="SPI 0x$3," '
		/(encryption|integrity) (initiator|responder) key => / {
			left = $0; sub(/.*key => */, "", left); left += 0
			match($0, /(encryption|integrity) (initiator|responder)/)
			one = substr($0, RSTART, RLENGTH); keys[one] = ""
			next
		}
		left > 0 {
			sub(/^.*\] +[0-9]+: /, "")
			for (i = 1; i <= 16 && left > 0; i++) { keys[one] = keys[one] $i; left-- }
			next
		}
		/adding inbound ESP SA/ { inbound = 1; next }
		inbound && index($0, spi) { print keys[name]; exit }
		{ inbound = 0 }' $log)
	[ -n "$hex" ] || fail "$log has no '$1 $2 key': HOST.charon.conf sets chd = 4"
	echo "0x$hex"
}
# algorithms CHILD: what `ipsec spi` is to be told, without keys.
algorithms() {
	case "$(field encr-alg "$1")" in
	AES_CBC) echo "--esp aes-cbc" ;;
	AES_CTR) echo "--esp aes-ctr" ;;
	AES_GCM_16) echo "--esp aes-gcm-16" ;;
	CHACHA20_POLY1305) echo "--esp chacha20-poly1305" ;;
	*) fail "unknown encr-alg in $1" ;;
	esac
	case "$1" in *' integ-alg='*) ;; *) return ;; esac
	case "$(field integ-alg "$1")" in
	HMAC_SHA2_256_128) echo "--authalg hmac-sha2-256-128" ;;
	HMAC_SHA2_384_192) echo "--authalg hmac-sha2-384-192" ;;
	HMAC_SHA2_512_256) echo "--authalg hmac-sha2-512-256" ;;
	*) fail "unknown integ-alg in $1" ;;
	esac
}
# keys WHO CHILD: the keys of what that end sends.
keys() {
	spi=$(field spi-in "$2")
	echo "--enckey $(key encryption "$1" "$spi")"
	case "$2" in *' integ-alg='*) echo "--authkey $(key integrity "$1" "$spi")" ;; esac
}
# take CHILD: make its SAs and its eroute. What functions print is to be split.
# shellcheck disable=SC2046
take() {
	localnet=$(field local-ts "$1") remotenet=$(field remote-ts "$1")
	out=esp0x$(field spi-out "$1")@$remote in=esp0x$(field spi-in "$1")@$local
	set -- "$1" --mode tunnel --natt nonesp --sport 4500 --dport 4500 $(algorithms "$1")
	child=$1
	shift
	ipsec spi --said "$out" --src "$local" "$@" $(keys "$mine" "$child")
	ipsec spi --said "$in" --src "$remote" "$@" $(keys "$theirs" "$child") --policy-src "$remotenet" --policy-dst "$localnet"
	ipsec eroute --add --src "$localnet" --dst "$remotenet" --said "$out"
	"${0%/*}/klips-route.sh" "$remotenet"
}

local=$(field local-host "$list") remote=$(field remote-host "$list")
case "$(field initiator "$list")" in yes) mine=initiator theirs=responder ;; *) mine=responder theirs=initiator ;; esac
"${0%/*}/strongswan-stop.sh" --kill
"${0%/*}/klips-start.sh"
printf '%s\n' "$list" | grep -o '{name=[^}]*}' | while read -r child; do
	take "$child"
done
