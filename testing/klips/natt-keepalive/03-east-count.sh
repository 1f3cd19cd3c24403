# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match '^3$' -- ../../guestbin/count-packets.sh --show from-west
../../guestbin/count-packets.sh --show from-east
ipsec klips status | grep -v no-eroute
