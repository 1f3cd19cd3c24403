# SPDX-License-Identifier: GPL-2.0-or-later
ipsec eroute
ipsec spi
ipsec look | tail -n +2
