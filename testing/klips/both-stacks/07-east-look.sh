# SPDX-License-Identifier: GPL-2.0-or-later
awk '$2' /proc/net/xfrm_stat
ipsec klips status | grep -v no-eroute
