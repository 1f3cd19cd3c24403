# SPDX-License-Identifier: GPL-2.0-or-later
ping -n -q -c 3 -I 192.0.1.254 192.0.2.254 | grep -o ", [0-9] received"
ipsec trafficstatus | cut -d, -f1-2
