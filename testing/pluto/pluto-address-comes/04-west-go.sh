# SPDX-License-Identifier: GPL-2.0-or-later
ip address delete 192.1.2.46/24 dev eth1
../../guestbin/wait-for-log.sh --count 2 /var/log/pluto.log 'no longer has 192'
ipsec trafficstatus
ipsec shuntstatus
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
