# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/block-non-ipsec.sh
ipsec start
../../guestbin/udp-service.py serve --marks --wait-for 2 2001:db8:0:2::254 7007
