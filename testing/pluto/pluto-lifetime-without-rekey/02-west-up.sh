# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ipsec start
ipsec auto --up west-east
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
../../guestbin/pass-time.sh 3590
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
../../guestbin/pass-time.sh 20
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
ipsec briefstatus
