# SPDX-License-Identifier: GPL-2.0-or-later
ping -n -q -i 0.01 -c 200 -I 192.0.1.254 192.0.2.254 | grep received | cut -d, -f1-2
ipsec trafficstatus | cut -d, -f1-2
