# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/pass-time.sh 85
ipsec briefstatus | grep "Child"
../../guestbin/wait-for-log.sh /var/log/pluto.log 'the peer does not answer'
ipsec briefstatus
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
ipsec briefstatus
