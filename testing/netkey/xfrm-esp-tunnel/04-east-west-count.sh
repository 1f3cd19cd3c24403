# SPDX-License-Identifier: GPL-2.0-or-later
ip -s xfrm state
awk '$2' /proc/net/xfrm_stat
