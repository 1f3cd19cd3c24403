#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: libreswan-start.sh
# Makes this host's NSS database of what the test has put into ipsec.d, by the names of its files: cacerts, intermediates, and
# private with certs; starts libreswan's daemon and waits until it answers. Fails with the end of the daemon's log if that takes
# more than 20 seconds.
set -u
. "${0%/*}/functions.sh"

log=/var/log/pluto.log
nss=/var/lib/ipsec/nss
x509=/etc/ipsec.d
if pgrep -x pluto >/dev/null; then
	fail "pluto is running already; libreswan-stop.sh stops it"
fi
# certutil has been seen to wait for random numbers for minutes.
limited() {
	said=$(timeout 20 "$@" 2>&1) || fail "$1: ${said:-not done within 20 s}"
}
# import_cert CERTIFICATE TRUST
import_cert() {
	name=${1##*/}
	limited certutil -A -n "${name%.*}" -t "$2" -i "$1" -d sql:$nss
}
# NSS takes a key only with a certificate: a raw key gets one that is shown to nobody.
import_key() {
	name=${1##*/}
	cert=$x509/certs/$name
	[ "$name" = "${name%.key}" ] || cert=${cert%.key}.crt
	if [ ! -e "$cert" ]; then
		cert=/tmp/$name.crt
		limited openssl req -x509 -new -key "$1" -subj "/CN=raw key ${name%.*}" -out "$cert"
	fi
	limited openssl pkcs12 -export -name "${name%.*}" -passout pass: -out "/tmp/$name.p12" -in "$cert" -inkey "$1"
	limited pk12util -i "/tmp/$name.p12" -W '' -K '' -d sql:$nss
}
if [ ! -e $nss/cert9.db ]; then
	mkdir -p $nss
	limited certutil -N --empty-password -d sql:$nss
	for file in "$x509"/private/*; do
		[ ! -f "$file" ] || import_key "$file"
	done
	for file in "$x509"/cacerts/*; do
		[ ! -f "$file" ] || import_cert "$file" CT,,
	done
	for file in "$x509"/intermediates/*; do
		[ ! -f "$file" ] || import_cert "$file" ,,
	done
fi
# Each connection that is added complains where there is none, as in a QEMU guest.
[ -e /etc/resolv.conf ] || : >/etc/resolv.conf
mkdir -p /run/pluto
setsid ipsec pluto --config /etc/ipsec.conf --logfile $log --nofork >/var/log/pluto.out 2>&1 </dev/null &
daemon=$!
ready() {
	kill -0 "$daemon" 2>/dev/null || fail "pluto ended: $(tail -n 3 /var/log/pluto.out $log 2>/dev/null)"
	ipsec whack --briefstatus >/dev/null 2>&1 && grep -q 'listening for IKE messages' $log
}
poll 20 ready || fail "pluto did not answer within 20 s: $(tail -n 3 $log)"
