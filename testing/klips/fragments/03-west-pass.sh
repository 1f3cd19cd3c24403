# SPDX-License-Identifier: GPL-2.0-or-later
ipsec eroute --add --src 192.0.1.0/24 --dst 192.0.2.0/24 --transport-proto 17 --said %pass
ipsec eroute
