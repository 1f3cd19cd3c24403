# SPDX-License-Identifier: GPL-2.0-or-later
cat /tmp/not-esp
awk '$2' /proc/net/xfrm_stat
