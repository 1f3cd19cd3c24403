# SPDX-License-Identifier: GPL-2.0-or-later
ipsec auto --down road-east
ipsec briefstatus
ipsec stop
