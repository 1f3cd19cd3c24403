# SPDX-License-Identifier: GPL-2.0-or-later
for ttl in 1 28 62; do ../../guestbin/count-packets.sh --start inner-$ttl icmp type echo-request ip ttl $ttl; ../../guestbin/count-packets.sh --start inner6-$ttl icmpv6 type echo-request ip6 hoplimit $ttl; done
