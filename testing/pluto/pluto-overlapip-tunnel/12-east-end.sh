# SPDX-License-Identifier: GPL-2.0-or-later
ipsec klips status | grep no-sa
ipsec eroute
ipsec stop
