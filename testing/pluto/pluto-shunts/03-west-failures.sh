# SPDX-License-Identifier: GPL-2.0-or-later
ipsec auto --add none
ipsec auto --route none
ipsec auto --up none
ipsec shuntstatus | sed 's|, [0-9]* s left|, SECONDS left|'
ipsec auto --delete none
ipsec auto --add passthrough
ipsec auto --route passthrough
ipsec auto --up passthrough
ipsec shuntstatus | sed 's|, [0-9]* s left|, SECONDS left|'
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec auto --delete passthrough
ipsec auto --add drop
ipsec auto --route drop
ipsec auto --up drop
ipsec shuntstatus | sed 's|, [0-9]* s left|, SECONDS left|'
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
ipsec auto --delete drop
ipsec auto --add reject
ipsec auto --route reject
ipsec auto --up reject
ipsec shuntstatus | sed 's|, [0-9]* s left|, SECONDS left|'
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
ipsec auto --delete reject
ipsec shuntstatus
ipsec stop
