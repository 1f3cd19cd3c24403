# SPDX-License-Identifier: GPL-2.0-or-later
ip xfrm state
ip xfrm policy
../../guestbin/ping-once.sh --up 192.1.2.23
# not covered
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
awk '$2' /proc/net/xfrm_stat
