# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/block-non-ipsec.sh
../../guestbin/strongswan-start.sh
../../guestbin/drop-packets.sh --first 1 udp dport 500
