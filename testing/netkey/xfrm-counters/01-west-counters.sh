# SPDX-License-Identifier: GPL-2.0-or-later
# the names alone: what they count is for other tests
awk '{ print $1 }' /proc/net/xfrm_stat
