# SPDX-License-Identifier: GPL-2.0-or-later
awk '$2' /proc/net/xfrm_stat
ip xfrm state list src 192.1.2.23 | grep oseq
