# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/block-non-ipsec.sh
ipsec start
../../guestbin/udp-service.py serve --marks --wait-for 2 192.1.2.23 7007
../../guestbin/udp-service.py serve 192.1.2.23 7008
