# SPDX-License-Identifier: GPL-2.0-or-later
ip address add 192.1.2.46/24 dev eth1
ip route add default via 192.1.2.254
../../guestbin/wait-for.sh --match started -- ipsec trafficstatus
../../guestbin/wait-for.sh --match default -- ipsec shuntstatus
# they are so already: these return when the routes are there
ipsec auto --up started
ipsec auto --route demanded
ipsec auto --route default
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.1
ping -n -q -c 1 -W 25 -I 192.0.1.254 192.0.2.254 | grep received | cut -d, -f1-2
ping -n -q -c 1 -W 25 -I 192.0.1.254 192.0.22.1 | grep received | cut -d, -f1-2
ipsec trafficstatus
