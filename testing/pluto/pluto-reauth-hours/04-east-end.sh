# SPDX-License-Identifier: GPL-2.0-or-later
ipsec briefstatus
grep -c 'authenticating again' /var/log/pluto.log
