# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for-log.sh /var/log/pluto.log 'hold-inbound: CREATE_CHILD_SA request'
ipsec whack --impair rekey-child:2
../../guestbin/wait-for-log.sh /var/log/pluto.log 'hold-inbound: CREATE_CHILD_SA response'
ipsec whack --impair release
# libreswan takes its time to delete the old one
../../guestbin/pass-time.sh 65
../../guestbin/wait-for-log.sh /var/log/pluto.log 'the peer deletes Child SA'
# until nothing is under way
ipsec whack --liveness --name west-east >/dev/null
ipsec trafficstatus
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
