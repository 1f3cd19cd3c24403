# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-once.sh --down -I 192.0.2.254 10.1.1.1
ipsec eroute
ipsec tncfg
ip rule show pref 21991
ipsec trafficstatus
