# SPDX-License-Identifier: GPL-2.0-or-later
ipsec eroute
ipsec trafficstatus
ipsec stop
