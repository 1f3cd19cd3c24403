# SPDX-License-Identifier: GPL-2.0-or-later
ipsec auto --down west-east
grep -c 'IMPAIR: duplicate-outbound: ' /var/log/pluto.log
ipsec briefstatus
ipsec stop
