# SPDX-License-Identifier: GPL-2.0-or-later
grep -o 'IKE SA established.*' /var/log/pluto.log
grep -o 'Child SA .* established.*' /var/log/pluto.log | grep -o '[A-Z0-9_]*-HMAC[^}]*'
ipsec briefstatus
ipsec stop
