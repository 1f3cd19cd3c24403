# SPDX-License-Identifier: GPL-2.0-or-later
ipsec whack --impair duplicate-inbound
ipsec auto --up west-east
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec whack --rekey-child --name west-east
ipsec whack --rekey-ike --name west-east
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
