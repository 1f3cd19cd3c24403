# SPDX-License-Identifier: GPL-2.0-or-later
ipsec klips status | grep -v no-eroute
ipsec klips settings inbound-policy-check=0
