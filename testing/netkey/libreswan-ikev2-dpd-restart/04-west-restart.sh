# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
../../guestbin/pass-time.sh 122
grep -c liveness /var/log/pluto.log
../../guestbin/wait-for-log.sh /var/log/pluto.log liveness
../../guestbin/wait-for-log.sh --count 2 /var/log/pluto.log 'initiator established Child SA'
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec whack --trafficstatus
