# SPDX-License-Identifier: GPL-2.0-or-later
ipsec auto --down both
ipsec briefstatus
ipsec auto --delete both
ipsec auto --up both
ipsec briefstatus
ipsec stop
