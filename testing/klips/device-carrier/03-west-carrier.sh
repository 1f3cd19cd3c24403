# SPDX-License-Identifier: GPL-2.0-or-later
ip link set eth1 nomaster
../../guestbin/wait-for.sh --match NO-CARRIER -- ip link show br0 >/dev/null
ipsec tncfg
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
ip link set eth1 master br0
../../guestbin/wait-for.sh --match 'state UP' -- ip link show br0 >/dev/null
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec tncfg
