# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/klips-tunnel.sh --only sas --with esp=aes128-gcm-16 --spi '--mode tunnel --outif mast0' 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/klips-tunnel.sh --only sas --with esp=aes128-gcm-16 --spi '--mode tunnel --outif mast0' --key six 2001:db8:1:2::45 2001:db8:1:2::23 2001:db8:0:1::/64 2001:db8:0:2::/64
ip route replace 192.0.2.0/24 dev mast0
ip -6 route replace 2001:db8:0:2::/64 dev mast0
ipsec spi | grep -o ' dir=.*src=\| ref=[0-9]*' | paste - - | sort -k 2
nft add table inet marks
nft 'add chain inet marks out { type route hook output priority mangle; }'
nft add rule inet marks out ip daddr 192.0.2.0/24 meta mark set 0x80010000
nft add rule inet marks out ip6 daddr 2001:db8:0:2::/64 meta mark set 0x80030000
nft 'add chain inet marks post { type filter hook postrouting priority mangle; }'
nft add counter inet marks sent
nft add rule inet marks post oifname mast0 counter name sent
../../guestbin/tcp.py receive /tmp/received 2000
