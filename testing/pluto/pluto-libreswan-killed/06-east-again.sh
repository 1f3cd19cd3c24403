# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/pass-time.sh 123
../../guestbin/wait-for-log.sh --timeout 300 /var/log/pluto.log 'initiator established Child SA'
../../guestbin/ping-once.sh --up -I 192.0.2.254 192.0.1.254
ipsec whack --trafficstatus
