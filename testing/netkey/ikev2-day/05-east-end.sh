# SPDX-License-Identifier: GPL-2.0-or-later
swanctl --list-sas | grep '#'
ip xfrm state count
awk '$2 != 0' /proc/net/xfrm_stat
