# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-count.sh --every 7 --count 514 -I 192.0.1.254 192.0.2.254
../../guestbin/klips-monitor.sh --show | grep -c ^acquire
ipsec eroute
ipsec klips status | grep -v no-eroute
