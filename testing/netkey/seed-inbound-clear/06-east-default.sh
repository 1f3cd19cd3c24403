# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/count-packets.sh --show pings
ip xfrm state list src 192.1.2.23 | grep oseq
ip xfrm policy setdefault in block
