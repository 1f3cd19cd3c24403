# SPDX-License-Identifier: GPL-2.0-or-later
# ip(8): indexes, remaining lifetimes, and what the machine's kernel chose by itself.
s/^[0-9]+: ([A-Za-z][A-Za-z0-9_.-]*(@[A-Za-z0-9_.-]+)?: <)/N: \1/
s/@if[0-9]+:/@ifN:/
s/\b(link-netnsid) [0-9]+/\1 N/
s/\b(valid_lft|preferred_lft|expires|age) [0-9]+sec/\1 TIMEsec/g
# The queueing discipline of a new device is a sysctl of the machine.
s/\bqdisc (pfifo_fast|fq_codel|fq|cake) /qdisc DEFAULT /
# The link-local address of a device without a MAC address is random.
/stable-privacy|\bdev (ipsec|tun)[0-9]/s/\bfe80::[0-9a-f:]+/fe80::RANDOM/
# A neighbour that has answered: which of these it is in is a question of when one looks.
s/\b(lladdr [0-9a-f:]+ (router )?)(STALE|DELAY|PROBE) *$/\1REACHABLE /
# ip xfrm: the index of a policy counts all that the kernel ever had.
s/\b(dir [a-z]+ .*)index [0-9]+/\1index N/
