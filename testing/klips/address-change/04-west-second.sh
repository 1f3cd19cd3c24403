# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/klips-tunnel.sh --only eroutes --verb replace 192.1.2.46 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
# the kernel takes all addresses of a network away with its first
ip address del 192.1.2.45/24 dev eth1; ip address add 192.1.2.46/24 dev eth1
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec tncfg
ipsec klips status | grep -v no-eroute
