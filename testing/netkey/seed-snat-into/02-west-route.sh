# SPDX-License-Identifier: GPL-2.0-or-later
ip route add 198.18.1.15 via 192.0.1.15
nft -f nat.nft
