# SPDX-License-Identifier: GPL-2.0-or-later
ipsec whack --impair drop-inbound-ike-auth-response:1
ipsec auto --up west-east
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec status --json | grep -E '"(retransmitted|malformed|unprotected)"'
