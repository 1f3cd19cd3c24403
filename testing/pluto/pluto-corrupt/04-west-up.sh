# SPDX-License-Identifier: GPL-2.0-or-later
ipsec whack --impair corrupt-outbound-ike-auth-request:1
ipsec auto --up west-east
ipsec whack --impair corrupt-outbound-create-child-sa:1
ipsec whack --rekey-child --name west-east
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec status --json | grep -E '"(retransmitted|malformed|unprotected)"'
