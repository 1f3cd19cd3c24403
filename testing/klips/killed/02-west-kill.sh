# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
# in the place of the route past the tunnel
ip route del 192.0.2.0/24 via 192.1.2.23
ip route append unreachable 192.0.2.0/24
../../guestbin/klips-stop.sh --kill
ip link show ipsec0
ipsec eroute
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
../../guestbin/klips-start.sh
ipsec eroute
ipsec spi
ipsec tncfg
../../guestbin/klips-tunnel.sh --key new 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
