# SPDX-License-Identifier: GPL-2.0-or-later
grep -o 'the peer deletes.*\|the peer wants.*' /var/log/pluto.log
ipsec trafficstatus
