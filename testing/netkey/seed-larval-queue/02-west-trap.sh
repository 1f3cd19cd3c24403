# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
sysctl -w net.core.xfrm_larval_drop=0
../../guestbin/xfrm-tunnel.sh --only policies 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/xfrm-monitor.sh --start acquire
../../guestbin/udp.py send --from 192.0.1.254 150 192.0.2.254 2000
../../guestbin/xfrm-monitor.sh --show | grep -c '^acquire'
awk '$2' /proc/net/xfrm_stat
