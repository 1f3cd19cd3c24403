# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
nft add table inet own
ipsec start
../../guestbin/wait-for.sh --match pluto-all -- nft list tables
ipsec auto --up one
ipsec auto --up two
../../guestbin/wait-for.sh --match 'pluto-[0-9]' -- nft list tables
nft list ruleset | grep -o 'log prefix.*' | sort | uniq -c
(tcpdump -l -n -t -i nflog:50 > /tmp/50 2> /tmp/50.err &)
(tcpdump -l -n -t -i nflog:51 > /tmp/51 2> /tmp/51.err &)
../../guestbin/wait-for.sh --match 'listening on' -- cat /tmp/50.err
../../guestbin/wait-for.sh --match 'listening on' -- cat /tmp/51.err
