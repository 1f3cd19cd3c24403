# SPDX-License-Identifier: GPL-2.0-or-later
grep -o '"[a-z]*" .*: IKE SA established with .*' /var/log/pluto.log
ipsec briefstatus
ipsec stop
