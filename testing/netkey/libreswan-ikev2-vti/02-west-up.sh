# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/libreswan-start.sh
ipsec auto --add west-east
ipsec auto --up west-east
ip -d link show vti01 | grep -oE 'vti remote .* okey [0-9.]+'
ip route show dev vti01
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
cat /sys/class/net/vti01/statistics/tx_packets
ipsec whack --trafficstatus
ip xfrm state
ip xfrm policy list nosock src 192.0.1.0/24
