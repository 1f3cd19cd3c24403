# SPDX-License-Identifier: GPL-2.0-or-later
ping -n -c 1 -W 1 -M 'do' -s 1419 -I 192.0.1.254 192.0.2.254
awk '$2' /proc/net/xfrm_stat
