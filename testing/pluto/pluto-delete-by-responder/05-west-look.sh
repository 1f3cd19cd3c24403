# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match 'IKE SAs: 0' -- ipsec briefstatus
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
ipsec stop
