# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/xfrm-monitor.sh --start acquire
../../guestbin/udp.py send --from 192.0.1.254 3 192.0.2.254 2000
ping -n -c 1 -W 1 -I 192.0.1.254 192.0.2.254 | grep transmitted
../../guestbin/xfrm-monitor.sh --show | grep -c '^acquire'
ip xfrm state count
awk '$2' /proc/net/xfrm_stat
