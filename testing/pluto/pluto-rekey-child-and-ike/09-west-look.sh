# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match '^#[0-9]*: .*inBytes=0' -- ipsec trafficstatus | sed 's/.*inBytes/inBytes/; s/,.*//'
# until nothing is under way
ipsec whack --liveness --name west-east >/dev/null
ipsec briefstatus
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
