# SPDX-License-Identifier: GPL-2.0-or-later
ipsec tncfg --detach --virtual ipsec0
ipsec tncfg
ipsec tncfg --attach --virtual ipsec0 --physical eth1
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ip link set eth1 mtu 1400
cat /sys/class/net/ipsec0/mtu
../../guestbin/ping-once.sh --up -s 1200 -I 192.0.1.254 192.0.2.254
ip link set eth1 mtu 1500
cat /sys/class/net/ipsec0/mtu
# a device that is down has no ipsecN
ip link set eth1 down
ipsec tncfg
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
ip link set eth1 up
ipsec tncfg --attach --virtual ipsec0 --physical eth1
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
