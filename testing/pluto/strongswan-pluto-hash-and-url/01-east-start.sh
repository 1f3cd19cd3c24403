# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
mkdir /tmp/www
ipsec pki --publish --cert /etc/ipsec.d/certs/east.crt --out /tmp/www > /tmp/published
../../guestbin/revocation.py /tmp/www 8080 /tmp/asked
ipsec start
