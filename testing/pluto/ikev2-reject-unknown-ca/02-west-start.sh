# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
# west's names and its key, in a certificate of another CA
pki --gen --type ed25519 --outform pem >/tmp/other.key
pki --self --ca --in /tmp/other.key --dn "O=Cygnet test, CN=Another CA" --outform pem >/tmp/other.crt
pki --issue --in /etc/swanctl/private/west.key --type priv --cacert /tmp/other.crt --cakey /tmp/other.key --dn "O=Cygnet test, CN=west.example.net" --san west.example.net --outform pem >/etc/swanctl/x509/west.crt
pki --print --in /etc/swanctl/x509/west.crt
../../guestbin/strongswan-start.sh
