# SPDX-License-Identifier: GPL-2.0-or-later
ip link delete br0
../../guestbin/wait-for.sh --match NULL -- ipsec tncfg
ip address add 192.1.2.45/24 dev eth1
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
ipsec tncfg --attach --virtual ipsec0 --physical eth1
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec tncfg
pkill -x ping
