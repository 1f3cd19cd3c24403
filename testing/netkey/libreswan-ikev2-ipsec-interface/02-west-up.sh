# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/libreswan-start.sh
ipsec auto --add west-east
ipsec auto --up west-east
ip -d link show ipsec1 | grep -oE 'ipsec1@[a-z0-9]+|xfrm if_id 0x[0-9a-f]+'
ip route get 192.0.2.254 from 192.0.1.254
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
cat /sys/class/net/ipsec1/statistics/tx_packets
ipsec whack --trafficstatus
ip xfrm state
ip xfrm policy list nosock src 192.0.1.0/24
