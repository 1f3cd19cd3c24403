# SPDX-License-Identifier: GPL-2.0-or-later
ping -n -c 3 -i 0.2 -W 0.5 -I 192.0.1.254 192.0.2.254
ipsec eroute
ipsec klips status | grep -v no-eroute
