#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: klips-take-over.sh
# Hands the one Child SA that strongSwan has on this host to KLIPS: reads its SPIs, addresses and networks from charon and its
# keys from charon's log (HOST.charon.conf: chd = 4), ends charon without a word to its peer, starts KLIPS, and sets up the same
# SAs, AES-GCM in UDP, with their eroute. Nothing may have been sent by the SA before: KLIPS begins with 1.
set -eu
. "${0%/*}/functions.sh"

log=/var/log/charon.log
list=$(swanctl --list-sas --raw)
# field NAME: of the SA.
field() {
	printf '%s\n' "$list" | sed -n -E "s/.*[ {]$1=\[?([^] }]*).*/\1/p" | grep . || fail "charon shows no $1"
}
# key WHO: the key that the initiator or the responder encrypts with, as charon logs it: octets by sixteen, with text behind.
key() {
	hex=$(awk -v who="encryption $1 key" '
		index($0, who) { left = $0; sub(/.*=> */, "", left); left += 0; hex = ""; next }
		left > 0 {
			sub(/^.*\] +[0-9]+: /, "")
			for (i = 1; i <= 16 && left > 0; i++) { hex = hex $i; left-- }
		}
		END { print hex }' $log)
	[ -n "$hex" ] || fail "$log has no 'encryption $1 key': HOST.charon.conf sets chd = 4"
	echo "0x$hex"
}

local=$(field local-host) remote=$(field remote-host) localnet=$(field local-ts) remotenet=$(field remote-ts)
spi_in=$(field spi-in) spi_out=$(field spi-out)
case "$(field initiator)" in yes) mine=initiator theirs=responder ;; *) mine=responder theirs=initiator ;; esac
key_out=$(key $mine) key_in=$(key $theirs)
"${0%/*}/strongswan-stop.sh" --kill
"${0%/*}/klips-start.sh"

set -- --esp aes-gcm-16 --mode tunnel --natt nonesp --sport 4500 --dport 4500
ipsec spi --said "esp0x$spi_out@$remote" --src "$local" "$@" --enckey "$key_out"
ipsec spi --said "esp0x$spi_in@$local" --src "$remote" "$@" --enckey "$key_in" --policy-src "$remotenet" --policy-dst "$localnet"
ipsec eroute --add --src "$localnet" --dst "$remotenet" --said "esp0x$spi_out@$remote"
"${0%/*}/klips-route.sh" "$remotenet"
