# SPDX-License-Identifier: GPL-2.0-or-later
ipsec whack --impair reauth-ike:1
../../guestbin/wait-for-log.sh /var/log/pluto.log '#1: IKE SA deleted'
grep -o '#.*again.*\|#.* established.*' /var/log/pluto.log
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec briefstatus
ipsec trafficstatus
