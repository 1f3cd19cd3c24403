# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/each-connection.sh --auth --after 1 -I 192.0.1.254 192.0.2.254 -- ecdsa ecdsa-256
ipsec briefstatus
ipsec stop
