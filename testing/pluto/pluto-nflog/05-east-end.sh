# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match '2.12 > 192.0.1.254: ICMP echo reply' -- sed 's/ id [0-9]*,//' /tmp/60
grep 'ICMP echo' /tmp/60 | sed 's/ id [0-9]*,//'
ipsec stop
nft list tables
