# SPDX-License-Identifier: GPL-2.0-or-later
# until nothing is under way
ipsec whack --liveness --name west-east >/dev/null
ipsec briefstatus
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
