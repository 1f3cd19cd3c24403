# SPDX-License-Identifier: GPL-2.0-or-later
ipsec klips settings icmp=1
ipsec klips settings
