# SPDX-License-Identifier: GPL-2.0-or-later
grep -c 'Child SA .* established' /var/log/pluto.log
grep -c 'IKE SA established' /var/log/pluto.log
ipsec briefstatus
