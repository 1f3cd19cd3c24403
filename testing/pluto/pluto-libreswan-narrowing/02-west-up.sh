# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ip -batch /etc/addresses
ipsec start
../../guestbin/each-connection.sh -I 192.0.1.254 192.0.2.254 -- wide-narrow
../../guestbin/each-connection.sh -I 192.0.46.254 192.0.2.254 -- narrow-wide
ipsec auto --up apart
ipsec auto --down apart
