# SPDX-License-Identifier: GPL-2.0-or-later
ipsec eroute
../../guestbin/klips-tunnel.sh --only eroutes --verb replace --flow '--transport-proto 17' 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
