# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/udp.py send --from 192.0.1.254 --hosts 200 200 192.0.2.1 9
../../guestbin/xfrm-monitor.sh --show | grep -c '^acquire'
# all gone
../../guestbin/wait-for.sh --every 1 --match 'count 0' -- ip xfrm state count
awk '$2' /proc/net/xfrm_stat
