# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ipsec start
ipsec auto --up west-east
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ip -4 -o addr show dev ipsec1 | awk '{ print $2, $4 }'
ip route show 192.0.2.0/24
ip -d link show dev ipsec1 | grep -o 'xfrm if_id [0-9a-fx]*'
ipsec whack --rekey-child --name west-east
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
