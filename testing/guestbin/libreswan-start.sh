#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: libreswan-start.sh
# Makes this host's NSS database, with the test's certificates if it has some (the host's has the host's name), starts
# libreswan's daemon and waits until it answers. Fails with the end of the daemon's log if that takes more than 20 seconds.
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
if [ ! -e $nss/cert9.db ]; then
	mkdir -p $nss
	limited certutil -N --empty-password -d sql:$nss
	if [ -e $x509/cacerts/ca.crt ]; then
		name=$(hostname)
		limited openssl pkcs12 -export -name "$name" -passout pass: -out $x509/private/host.p12 \
			-in "$x509/certs/$name.crt" -inkey "$x509/private/$name.key"
		limited pk12util -i $x509/private/host.p12 -W '' -K '' -d sql:$nss
		limited certutil -A -n ca -t CT,, -i $x509/cacerts/ca.crt -d sql:$nss
	fi
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
