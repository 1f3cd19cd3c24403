# SPDX-License-Identifier: GPL-2.0-or-later
# OpenIKED makes another when at most 28470 of 30000 bytes have passed
../../guestbin/udp.py send --from 192.0.1.254 --size 1272 23 192.0.2.254 2000
../../guestbin/wait-for-log.sh --count 1 /var/log/pluto.log 'hold-inbound.*: CREATE_CHILD_SA request'
ipsec whack --impair rekey-child:2
../../guestbin/wait-for-log.sh --count 1 /var/log/pluto.log 'hold-inbound.*: CREATE_CHILD_SA response'
ipsec whack --impair release
# until nothing is under way
ipsec whack --liveness --name west-east >/dev/null
ipsec trafficstatus | cut -d, -f1-2
