# SPDX-License-Identifier: GPL-2.0-or-later
ping -n -q -c 1 -W 25 -I 192.0.1.254 192.0.2.254 | grep received | cut -d, -f1-2
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec trafficstatus
