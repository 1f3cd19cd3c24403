# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
mkdir /tmp/www
cd /etc/ipsec.d
ipsec pki --bundle --cert certs/west.pem --cert intermediates/sub4.pem --cert intermediates/sub3.pem --cert intermediates/sub2.pem --cert intermediates/sub1.pem --out /tmp/www/west.bundle
cd - > /dev/null
../../guestbin/revocation.py /tmp/www 8080 /tmp/asked
ipsec start
