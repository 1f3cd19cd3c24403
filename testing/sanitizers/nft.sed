# SPDX-License-Identifier: GPL-2.0-or-later
# nft(8) and iptables(8): handles, and counters, of which just "none" and "some" are kept apart.
s/ # handle [0-9]+$/ # handle N/
s/\bcounter packets [1-9][0-9]* bytes [0-9]+/counter packets SOME bytes SOME/g
s/^\[[1-9][0-9]*:[0-9]+\] -A /[SOME:SOME] -A /
s/^(:[A-Za-z_-]+ [A-Z-]+) \[[0-9]+:[0-9]+\]/\1 [N:N]/
s/^(Chain .*\(policy [A-Z]+) [0-9]+[KMG]? packets, [0-9]+[KMG]? bytes/\1 N packets, N bytes/
