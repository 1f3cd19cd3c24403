# SPDX-License-Identifier: GPL-2.0-or-later
ipsec eroute
ip -s -o link show ipsec0 | grep -o 'ipsec0: <[^>]*>'
ipsec klips status | grep -v no-eroute
