# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match '^9$' -- ../../guestbin/count-packets.sh --show pings
awk '$2' /proc/net/xfrm_stat
