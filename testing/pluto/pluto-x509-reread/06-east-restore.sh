# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match . -- grep -o 'the peer is not authenticated: .*' /var/log/pluto.log
rm /etc/ipsec.d/crls/ca-crl.pem
ipsec auto --rereadall
