# SPDX-License-Identifier: GPL-2.0-or-later
ipsec eroute
ipsec klips status | grep -v no-eroute
