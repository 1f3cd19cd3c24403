# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
mkdir /tmp/www
openssl x509 -in /etc/swanctl/x509/east.crt -outform der -out /tmp/cert
cp /tmp/cert "/tmp/www/$(sha1sum < /tmp/cert | cut -c -40)"
../../guestbin/revocation.py /tmp/www 8080 /tmp/asked
../../guestbin/strongswan-start.sh
