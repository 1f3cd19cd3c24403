#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: xfrm-tunnel.sh [OPTION VALUE]... LEFT RIGHT [LEFTNET RIGHTNET]
# Sets up IPsec by hand between two addresses, both directions, at the end whose address this host has: the same line is
# typed at both. Without networks the policies are for the two addresses. SPIs and keys follow from the addresses.
#   --with WORDS            transforms in the order in which they are applied (gcm): gcm cbc chacha null ah comp;
#                           all but the first are in transport mode
#   --mode tunnel|transport the mode of the first (tunnel)
#   --state WORDS           more for each `ip xfrm state add` but comp's:  --state "replay-window 32"
#   --policy WORDS          more for each `ip xfrm policy add`:  --policy "if_id 7"
#   --key TEXT              other keys; ends that shall agree say the same
#   --reqid N               (1)
#   --only states|policies  just these
set -eu
. "${0%/*}/functions.sh"

usage="usage: xfrm-tunnel.sh [OPTION VALUE]... LEFT RIGHT [LEFTNET RIGHTNET]"
with=gcm mode=tunnel state='' policy='' seed='' reqid=1 only=''
while [ $# -gt 2 ]; do
	case "$1" in
	--with) with=$2 ;;
	--mode) mode=$2 ;;
	--state) state=$2 ;;
	--policy) policy=$2 ;;
	--key) seed=$2 ;;
	--reqid) reqid=$2 ;;
	--only) only=$2 ;;
	--*) fail "unknown argument '$1'; $usage" ;;
	*) break ;;
	esac
	shift 2
done
case "$mode" in tunnel | transport) ;; *) fail "unknown mode '$mode'; $usage" ;; esac
case "$only" in '' | states | policies) ;; *) fail "unknown word '$only' after --only; $usage" ;; esac
case $# in
2) set -- "$1" "$2" "$1" "$2" ;;
4) ;;
*) fail "$usage" ;;
esac
here() {
	ip -o addr show to "$1" | grep -q .
}
if here "$1"; then
	local=$1 remote=$2 localnet=$3 remotenet=$4
elif here "$2"; then
	local=$2 remote=$1 localnet=$4 remotenet=$3
else
	fail "this host has neither $1 nor $2"
fi

# protocol TRANSFORM: as ip names it.
protocol() {
	case "$1" in
	gcm | cbc | chacha | null) echo esp ;;
	ah | comp) echo "$1" ;;
	*) fail "unknown transform '$1'; known: gcm cbc chacha null ah comp" ;;
	esac
}
# key OCTETS WORDS: a key, always the same for the same words.
key() {
	printf %s "$2$seed" | sha512sum | cut -c "1-$(($1 * 2))" | sed 's/^/0x/'
}
# number WORDS: an SPI that is a CPI too, always the same for the same words; 256 is the first that is not reserved.
number() {
	echo $((256 + $(printf %s "$1" | cksum | cut -d ' ' -f 1) % 61183))
}
# algorithm TRANSFORM WORDS: what `ip xfrm state add` is to be told.
algorithm() {
	case "$1" in
	gcm) echo "aead rfc4106(gcm(aes)) $(key 20 "$2") 128" ;;
	chacha) echo "aead rfc7539esp(chacha20,poly1305) $(key 36 "$2") 128" ;;
	cbc) echo "enc cbc(aes) $(key 16 "$2") auth-trunc hmac(sha256) $(key 32 "a$2") 128" ;;
	null) echo "enc ecb(cipher_null) 0x auth-trunc hmac(sha256) $(key 32 "$2") 128" ;;
	ah) echo "auth-trunc hmac(sha256) $(key 32 "$2") 128" ;;
	comp) echo "comp deflate" ;;
	esac
}
# states SOURCE DESTINATION: an SA for each transform. $state, like the words that functions print, is to be split.
# shellcheck disable=SC2046,SC2086
states() {
	this=$mode
	for transform in $with; do
		more=$state
		[ "$transform" = comp ] && more=''
		ip xfrm state add src "$1" dst "$2" proto "$(protocol "$transform")" spi "$(number "$transform $1 $2 $reqid")" \
			reqid "$reqid" mode "$this" $(algorithm "$transform" "$transform $1 $2 $reqid") $more
		this=transport
	done
}
# templates DIRECTION SOURCE DESTINATION: what a policy asks for.
templates() {
	this=$mode
	for transform in $with; do
		echo "tmpl"
		[ "$this" = transport ] || echo "src $2 dst $3"
		echo "proto $(protocol "$transform") reqid $reqid mode $this"
		# What compression does not make smaller is sent, and so arrives, without it.
		[ "$transform$1" = compout ] || [ "$transform" != comp ] || echo "level use"
		this=transport
	done
}
# shellcheck disable=SC2046,SC2086
add_policy() {
	direction=$1
	shift
	ip xfrm policy add src "$1" dst "$2" dir "$direction" $policy $(templates "$direction" "$3" "$4")
}

for transform in $with; do
	protocol "$transform" >/dev/null
done
if [ "$only" != policies ]; then
	states "$local" "$remote"
	states "$remote" "$local"
fi
if [ "$only" != states ]; then
	add_policy out "$localnet" "$remotenet" "$local" "$remote"
	add_policy in "$remotenet" "$localnet" "$remote" "$local"
	[ "$mode" = transport ] || add_policy fwd "$remotenet" "$localnet" "$remote" "$local"
fi
