# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-once.sh --up 192.1.3.254
../../guestbin/ping-once.sh --down 192.1.3.33
awk '$2' /proc/net/xfrm_stat
