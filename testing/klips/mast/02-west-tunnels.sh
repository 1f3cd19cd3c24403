# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
../../guestbin/klips-tunnel.sh --only sas 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/klips-tunnel.sh --only sas --key other 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
ipsec tncfg --create mast0
echo 1 >/proc/sys/net/ipv6/conf/mast0/addr_gen_mode
ip link set mast0 up
ip route replace 192.0.2.0/24 dev mast0
ipsec spi | grep -o ' dir=.*src=\| ref=[0-9]*' | paste - - | sort -k 2
# by the length of a ping, what its mark is
nft add table inet marks
nft 'add chain inet marks out { type route hook output priority mangle; }'
nft 'add rule inet marks out meta mark set ip length map { 101: 0x80010000, 102: 0x80060000, 103: 0x80030000, 109: 0x80090000 }'
