# SPDX-License-Identifier: GPL-2.0-or-later
ipsec auto --down west-east
ipsec auto --route west-east
ping -n -q -c 1 -W 25 -I 192.0.1.254 192.0.2.254 | grep received | cut -d, -f1-2
ipsec stop
