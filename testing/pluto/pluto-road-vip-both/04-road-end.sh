# SPDX-License-Identifier: GPL-2.0-or-later
ipsec auto --down road-east
ip address show to 198.51.100.0/24
ip address show to 2001:db8:9::/64
ipsec stop
