# SPDX-License-Identifier: GPL-2.0-or-later
grep -o 'Child SA #[0-9]* established.*' /var/log/pluto.log | tail -n 4
ipsec briefstatus
ipsec stop
