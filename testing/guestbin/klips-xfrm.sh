#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: klips-xfrm.sh [OPTION VALUE]... LEFT RIGHT [LEFTNET RIGHTNET]
# The kernel's own IPsec as the far end of a KLIPS: for what klips-tunnel.sh is told at one end, the same SAs, by the same SPIs
# and keys, are made by 'ip xfrm' at the other, with policies both ways.
#   --with WORDS            as at the other end ("tun esp=aes128-gcm-16")
#   --key TEXT              as at the other end
#   --state WORDS           more for each `ip xfrm state add` but comp's:  --state "flag esn replay-window 64"
#   --only states|policies|in|out   just these; in and out: the states of one direction
# Some variables are set, and some read, in klips-keys.sh.
# shellcheck disable=SC2034,SC2154
set -eu
. "${0%/*}/functions.sh"
. "${0%/*}/klips-keys.sh"

usage="usage: klips-xfrm.sh [OPTION VALUE]... LEFT RIGHT [LEFTNET RIGHTNET]"
with='tun esp=aes128-gcm-16' state='' seed='' only=''
while [ $# -gt 2 ]; do
	case "$1" in
	--with) with=$2 ;;
	--key) seed=$2 ;;
	--state) state=$2 ;;
	--only) only=$2 ;;
	--*) fail "unknown argument '$1'; $usage" ;;
	*) break ;;
	esac
	shift 2
done
case "$only" in '' | states | policies | in | out) ;; *) fail "unknown word '$only' after --only; $usage" ;; esac
ends "$@"
# A bundle that begins with a tunnel is one whose first transform is in tunnel mode.
case "$with" in 'tun '*) mode=tunnel bundle=${with#tun } ;; *) mode=transport bundle=$with ;; esac
reqid=$(($(number "$with $1 $2")))

# auth ALGORITHM KEY: what `ip xfrm state add` is to be told.
auth() {
	case "$1" in
	hmac-md5-96) name='hmac(md5)' ;;
	hmac-sha1-96) name='hmac(sha1)' ;;
	hmac-sha2-256-128) name='hmac(sha256)' ;;
	hmac-sha2-384-192) name='hmac(sha384)' ;;
	hmac-sha2-512-256) name='hmac(sha512)' ;;
	aes-xcbc-96) name='xcbc(aes)' ;;
	aes-cmac-96) name='cmac(aes)' ;;
	*) fail "unknown authenticator '$1'" ;;
	esac
	echo "auth-trunc $name $2 ${1##*-}"
}
# esp ALGORITHM[+AUTHENTICATOR] WORDS: the same for ESP.
esp() {
	encr=${1%%+*}
	secret=$(key "$(encr_octets "$encr")" "$2")
	case "$encr" in
	null) echo "enc ecb(cipher_null) none" ;;
	3des-cbc) echo "enc cbc(des3_ede) $secret" ;;
	aes*-cbc) echo "enc cbc(aes) $secret" ;;
	aes*-ctr) echo "enc rfc3686(ctr(aes)) $secret" ;;
	aes*-gcm-*) echo "aead rfc4106(gcm(aes)) $secret $((${encr##*-} * 8))" ;;
	aes*-ccm-*) echo "aead rfc4309(ccm(aes)) $secret $((${encr##*-} * 8))" ;;
	aes*-gmac) echo "aead rfc4543(gcm(aes)) $secret 128" ;;
	chacha20-poly1305) echo "aead rfc7539esp(chacha20,poly1305) $secret 128" ;;
	*) fail "unknown algorithm '$encr'" ;;
	esac
	[ "$encr" = "$1" ] || auth "${1#*+}" "$(key "$(auth_octets "${1#*+}")" "a$2")"
}
# add_state WORD...: one; 'none' is a key of no octets.
add_state() {
	for given in "$@"; do
		[ "$given" != none ] || given=
		set -- "$@" "$given"
		shift
	done
	ip xfrm state add "$@"
}
# states SOURCE DESTINATION: those of one direction. $state, like the words that functions print, is to be split.
# shellcheck disable=SC2046,SC2086
states() {
	this=$mode
	for word in $bundle; do
		more=$state
		case "$word" in
		esp=*) how=$(esp "${word#esp=}" "$word $1 $2") ;;
		ah=*) how=$(auth "${word#ah=}" "$(key "$(auth_octets "${word#ah=}")" "$word $1 $2")")
			# By RFC 4302, 3.3.3.2.1; unless it is told the kernel pads IPv4's ICV to 8 octets too.
			case "$1" in *:*) ;; *) how="flag align4 $how" ;; esac ;;
		comp) how="comp deflate" more='' ;;
		*) fail "unknown word '$word' after --with; $usage" ;;
		esac
		add_state src "$1" dst "$2" proto "${word%%=*}" spi "$(number "$word $1 $2")" reqid $reqid mode $this \
			flag af-unspec $how $more
		this=transport
	done
}
# templates DIRECTION SOURCE DESTINATION: what a policy asks for.
templates() {
	this=$mode
	for word in $bundle; do
		echo "tmpl"
		[ $this = transport ] || echo "src $2 dst $3"
		echo "proto ${word%%=*} reqid $reqid mode $this"
		# What compression does not make smaller is sent, and so arrives, without it.
		[ "$word$1" = compout ] || [ "$word" != comp ] || echo "level use"
		this=transport
	done
}
# shellcheck disable=SC2046
policies() {
	ip xfrm policy add src "$localnet" dst "$remotenet" dir out priority 2 $(templates out "$local" "$remote")
	ip xfrm policy add src "$remotenet" dst "$localnet" dir in priority 2 $(templates in "$remote" "$local")
	[ $mode = transport ] || ip xfrm policy add src "$remotenet" dst "$localnet" dir fwd priority 2 \
		$(templates fwd "$remote" "$local")
	case "$mode$localnet" in transport*:*) neighbours ;; esac
}
# neighbours: neighbour discovery between the two goes in clear, as without it no packet finds its way.
neighbours() {
	for type in 135 136; do
		ip xfrm policy add src "$localnet" dst "$remotenet" proto ipv6-icmp type $type dir out priority 1
		ip xfrm policy add src "$remotenet" dst "$localnet" proto ipv6-icmp type $type dir in priority 1
	done
}

case "$only" in '' | states | out) states "$local" "$remote" ;; esac
case "$only" in '' | states | in) states "$remote" "$local" ;; esac
case "$only" in '' | policies) policies ;; esac
