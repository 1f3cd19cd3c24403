# SPDX-License-Identifier: GPL-2.0-or-later
mkdir /etc/ipsec.d/crls
cp /etc/spare/ca-crl.pem /etc/ipsec.d/crls/
ipsec auto --rereadcrls
ipsec auto --listcrls
