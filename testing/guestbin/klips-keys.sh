# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154
# SPIs and keys that follow from words, for klips-tunnel.sh and klips-xfrm.sh, so that KLIPS and the kernel agree; to be read
# by '.', after functions.sh. $seed makes other ones.

# key OCTETS WORDS: a key, always the same for the same words.
key() {
	[ "$1" -eq 0 ] || printf '0x%s' "$(printf %s "$2$seed" | sha512sum | cut -c "1-$(($1 * 2))")"
}
# number WORDS: an SPI that is a CPI too, always the same for the same words; 256 is the first that is not reserved.
number() {
	printf '0x%x' $((256 + $(printf %s "$1$seed" | cksum | cut -d ' ' -f 1) % 61183))
}
# auth_octets ALGORITHM: of its key.
auth_octets() {
	case "$1" in
	hmac-md5-96 | aes-xcbc-96 | aes-cmac-96) echo 16 ;;
	hmac-sha1-96) echo 20 ;;
	hmac-sha2-256-128) echo 32 ;;
	hmac-sha2-384-192) echo 48 ;;
	hmac-sha2-512-256) echo 64 ;;
	*) fail "unknown authenticator '$1'" ;;
	esac
}
# encr_octets ALGORITHM: of its key and salt; aesBITS-... names the key's size.
encr_octets() {
	case "$1" in
	null) echo 0 ;;
	3des-cbc) echo 24 ;;
	chacha20-poly1305) echo 36 ;;
	aes*-cbc) bits=${1%-cbc}; echo $((${bits#aes} / 8)) ;;
	aes*-ccm-*) bits=${1%%-*}; echo $((${bits#aes} / 8 + 3)) ;;
	aes*-*) bits=${1%%-*}; echo $((${bits#aes} / 8 + 4)) ;;
	*) fail "unknown algorithm '$1'" ;;
	esac
}
# ends LEFT RIGHT [LEFTNET RIGHTNET]: sets local, remote, localnet and remotenet as this host sees them. $me, if set, is its own
# address, which a NAT changes to LEFT. Without networks they are for the two addresses.
ends() {
	case $# in
	2) set -- "$1" "$2" "$(host_net "$1")" "$(host_net "$2")" ;;
	4) ;;
	*) fail "$usage" ;;
	esac
	if [ -n "${me-}" ] || here "$1"; then
		local=$1 remote=$2 localnet=$3 remotenet=$4
	elif here "$2"; then
		local=$2 remote=$1 localnet=$4 remotenet=$3
	else
		fail "this host has neither $1 nor $2"
	fi
}
host_net() {
	case "$1" in *:*) echo "$1/128" ;; *) echo "$1/32" ;; esac
}
here() {
	ip -o addr show to "$1" | grep -q .
}
