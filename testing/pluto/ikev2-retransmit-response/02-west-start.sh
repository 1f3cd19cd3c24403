# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/strongswan-start.sh
../../guestbin/drop-packets.sh --first 1 udp sport 4500
