# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match 'SeqError.*3$' -- cat /proc/net/xfrm_stat
../../guestbin/count-packets.sh --show pings
ip -s xfrm state list src 192.1.2.45
