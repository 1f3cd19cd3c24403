# SPDX-License-Identifier: GPL-2.0-or-later
ip address add 192.1.2.46/24 dev eth1
../../guestbin/wait-for.sh --match started -- ipsec trafficstatus
# what traffic has asked for meanwhile comes up too
../../guestbin/wait-for.sh --match 'Child SAs: 3' -- ipsec briefstatus
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
