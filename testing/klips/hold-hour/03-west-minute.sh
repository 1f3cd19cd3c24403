# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-count.sh --every 1 --count 5 -I 192.0.1.254 192.0.2.254
ipsec eroute
../../guestbin/klips-monitor.sh --show
../../guestbin/pass-time.sh 60
ipsec eroute
