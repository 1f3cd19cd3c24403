# SPDX-License-Identifier: GPL-2.0-or-later
ipsec auto --down west-east
ipsec briefstatus
ipsec stop
