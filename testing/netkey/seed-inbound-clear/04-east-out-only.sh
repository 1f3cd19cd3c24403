# SPDX-License-Identifier: GPL-2.0-or-later
awk '$2' /proc/net/xfrm_stat
ip xfrm policy flush
ip xfrm policy add src 192.0.2.0/24 dst 192.0.1.0/24 dir out tmpl src 192.1.2.23 dst 192.1.2.45 proto esp reqid 1 mode tunnel
