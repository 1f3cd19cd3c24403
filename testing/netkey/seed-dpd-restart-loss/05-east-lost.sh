# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match 10$ -- awk '$2' /proc/net/xfrm_stat
wc -l </tmp/received
