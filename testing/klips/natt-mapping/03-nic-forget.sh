# SPDX-License-Identifier: GPL-2.0-or-later
# a router forgets what it has masqueraded when its line goes down
ip link set eth1 down
../../guestbin/wait-for.sh --match '^0$' -- cat /proc/sys/net/netfilter/nf_conntrack_count
ip link set eth1 up
nft 'add table ip move; add chain ip move out { type nat hook postrouting priority 50; }; insert rule ip move out ip saddr 192.1.3.209 udp sport 4500 snat to 192.1.2.254:4600'
