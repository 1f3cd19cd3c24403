# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for-log.sh /var/log/pluto.log '#1: the peer deletes'
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec briefstatus
ipsec auto --down west-east
ipsec briefstatus
ipsec stop
