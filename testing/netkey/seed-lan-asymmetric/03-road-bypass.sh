# SPDX-License-Identifier: GPL-2.0-or-later
ip xfrm policy add src 192.1.3.209/32 dst 192.1.3.33/32 dir out priority 0
ip xfrm policy add src 192.1.3.33/32 dst 192.1.3.209/32 dir in priority 0
../../guestbin/ping-once.sh --up 192.1.3.33
awk '$2' /proc/net/xfrm_stat
