# SPDX-License-Identifier: GPL-2.0-or-later
ip -d link show vti01 | grep -oE 'vti remote .* okey [0-9.]+'
ipsec whack --trafficstatus
