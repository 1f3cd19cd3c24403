# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.12
../../guestbin/ping-once.sh --up -I 192.1.2.45 192.0.2.254
../../guestbin/wait-for.sh --match '192.1.2.45: ICMP echo reply' -- sed 's/ id [0-9]*,//' /tmp/51
../../guestbin/wait-for.sh --match '2.12 > 192.0.1.254: ICMP echo reply' -- sed 's/ id [0-9]*,//' /tmp/50
grep 'ICMP echo' /tmp/50 | sed 's/ id [0-9]*,//'
grep 'ICMP echo' /tmp/51 | sed 's/ id [0-9]*,//'
ipsec auto --down one
../../guestbin/wait-for.sh --no-match --match 'pluto-[0-9]' -- nft list tables
ipsec stop
nft list ruleset
