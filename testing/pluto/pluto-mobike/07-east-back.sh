# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for-log.sh --count 2 /var/log/pluto.log 'goes between'
../../guestbin/ping-once.sh --up -I 192.0.2.254 192.0.1.254
ipsec trafficstatus
