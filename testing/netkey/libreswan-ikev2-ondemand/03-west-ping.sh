# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/xfrm-monitor.sh --start acquire
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
../../guestbin/wait-for.sh --match west-east -- ipsec whack --trafficstatus
../../guestbin/xfrm-monitor.sh --show
grep on-demand /var/log/pluto.log
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec whack --trafficstatus
ip xfrm policy list nosock dir out src 192.0.1.0/24
ip xfrm state
