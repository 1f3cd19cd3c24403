# SPDX-License-Identifier: GPL-2.0-or-later
ipsec whack --impair drop-outbound-ike-auth-request
ipsec auto --asynchronous --up other
../../guestbin/wait-for-log.sh /var/log/pluto.log 'IMPAIR: drop[^ ]*: '
ipsec whack --impair none
ipsec auto --up west-east
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec auto --down west-east
ipsec auto --down other
ipsec briefstatus
ipsec stop
