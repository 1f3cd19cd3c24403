# SPDX-License-Identifier: GPL-2.0-or-later
ipsec auto --up west-east
ipsec briefstatus
ipsec auto --down west-east
