# SPDX-License-Identifier: GPL-2.0-or-later
# the one, and the other tunnel
../../guestbin/ping-once.sh --up -s 73 -I 192.0.1.254 192.0.2.254
../../guestbin/ping-once.sh --up -s 74 -I 192.0.1.254 192.0.2.254
# no mark; an inbound SA; no SA
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
../../guestbin/ping-once.sh --down -s 75 -I 192.0.1.254 192.0.2.254
../../guestbin/ping-once.sh --down -s 81 -I 192.0.1.254 192.0.2.254
ipsec klips status | grep -E '^(no-sa|dropped):'
ipsec tncfg --attach --virtual mast0 --physical eth1
ipsec tncfg --delete mast0
ipsec tncfg
