# SPDX-License-Identifier: GPL-2.0-or-later
ip -6 rule show pref 21990
ip -6 rule show pref 21991
ip -6 rule show pref 21992
../../guestbin/ping-once.sh --down -I 2001:db8:0:2::254 2001:db8:10::1
ipsec eroute
