# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/xfrm-monitor.sh --show
ip xfrm state list src 192.1.2.45
awk '$2' /proc/net/xfrm_stat
