# SPDX-License-Identifier: GPL-2.0-or-later
grep -o '".*IKE SA established.*' /var/log/pluto.log
ipsec briefstatus
ipsec stop
