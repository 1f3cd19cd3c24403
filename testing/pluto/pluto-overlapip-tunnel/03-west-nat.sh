# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
nft add table ip nat
nft 'add chain ip nat out { type nat hook postrouting priority srcnat; }'
nft add rule ip nat out oifname eth1 ip saddr 192.0.1.0/24 masquerade
