# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-once.sh --up -I 192.0.2.254 192.0.1.254
ip route show 192.0.1.0/24
ip -d link show dev vti7 | grep -o 'vti remote .*key 0.0.0.7'
ip xfrm policy | grep -c 'mark 0x7'
