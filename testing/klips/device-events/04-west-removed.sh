# SPDX-License-Identifier: GPL-2.0-or-later
ip link add wan0 type dummy
ip link set wan0 up
ipsec tncfg --create ipsec1
ipsec tncfg --attach --virtual ipsec1 --physical wan0
ip link set ipsec1 up
ip link set wan0 name wan1
ipsec tncfg
ip route add 198.51.100.0/24 dev ipsec1
ipsec eroute --add --src 192.0.1.0/24 --dst 198.51.100.0/24 --said %pass
(ping -q -i 0.01 -I 192.0.1.254 198.51.100.1 >/dev/null 2>&1 &)
ip link delete wan1 || ip link delete wan0
ipsec tncfg
ipsec tncfg --delete ipsec1
ipsec tncfg
