# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match 'pluto-[0-9]' -- nft list tables
(tcpdump -l -n -t -i nflog:60 > /tmp/60 2> /tmp/60.err &)
../../guestbin/wait-for.sh --match 'listening on' -- cat /tmp/60.err
