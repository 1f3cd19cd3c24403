# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/klips-tunnel.sh --verb replace 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/ping-count.sh --every 7 --count 9 -I 192.0.1.254 192.0.2.254
ipsec eroute
ipsec klips status | grep -v no-eroute
