# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ipsec start
ipsec auto --add ike
ipsec auto --add esp
ipsec auto --add without
ipsec auto --add mark
ipsec briefstatus
ipsec stop
