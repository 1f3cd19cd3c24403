# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-once.sh --up 2001:db8:1:2::23
awk '$2' /proc/net/xfrm_stat
