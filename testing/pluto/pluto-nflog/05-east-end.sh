# SPDX-License-Identifier: GPL-2.0-or-later
grep 'ICMP echo' /tmp/60 | sed 's/ id [0-9]*,//'
ipsec stop
nft list tables
