# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ip link add br0 type bridge
ip link set eth1 master br0
ip address del 192.1.2.45/24 dev eth1
ip address add 192.1.2.45/24 dev br0
ip link set br0 up
../../guestbin/wait-for.sh --match 'state UP' -- ip link show br0 >/dev/null
../../guestbin/klips-start.sh ipsec0=br0
../../guestbin/klips-tunnel.sh 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
(ping -q -i 0.01 -I 192.0.1.254 192.0.2.254 >/dev/null 2>&1 &)
