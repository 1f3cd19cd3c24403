# SPDX-License-Identifier: GPL-2.0-or-later
grep -c 'Child SA .* established, tunnel mode, 192.0.2.0/24 === 198.51.100.1/32' /var/log/pluto.log
ipsec briefstatus
