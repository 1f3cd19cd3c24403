# SPDX-License-Identifier: GPL-2.0-or-later
ip netns add inner
ip -n inner link add wan0 type dummy
ip -n inner link set wan0 up
ip netns exec inner ipsec tncfg --create ipsec0
ip netns exec inner ipsec tncfg --attach --virtual ipsec0 --physical wan0
ip -n inner link set ipsec0 up
ip -n inner address add 203.0.113.1/24 dev wan0
ip -n inner route add 198.51.100.0/24 dev ipsec0
ip netns exec inner ipsec eroute --add --src 203.0.113.0/24 --dst 198.51.100.0/24 --said %trap
ip netns exec inner ping -c 1 -W 1 198.51.100.1 | grep transmitted
ip netns exec inner ipsec eroute
ip netns exec inner ipsec klips status | grep -v no-eroute
ipsec eroute | grep -c trap
ip netns delete inner
dmesg | grep -c unregister_netdevice
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
pkill -x ping
ipsec klips stop
ls /proc/net/ipsec
