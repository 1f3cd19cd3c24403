# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for-log.sh --count 2 /var/log/pluto.log 'hold-inbound: CREATE_CHILD_SA request'
ipsec whack --impair rekey-ike:1
../../guestbin/wait-for-log.sh --count 2 /var/log/pluto.log 'hold-inbound: CREATE_CHILD_SA response'
ipsec whack --impair release
# libreswan does not delete its own
../../guestbin/pass-time.sh 65
../../guestbin/wait-for-log.sh /var/log/pluto.log 'its life is over'
# until nothing is under way
ipsec whack --liveness --name west-east >/dev/null
ipsec trafficstatus
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
