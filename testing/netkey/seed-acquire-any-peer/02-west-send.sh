# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/udp.py send --from 192.0.1.254 --hosts 200 200 192.0.2.1 9
../../guestbin/xfrm-monitor.sh --show | grep -c '^acquire'
ip xfrm state count
../../guestbin/xfrm-monitor.sh --show | head -n 6
