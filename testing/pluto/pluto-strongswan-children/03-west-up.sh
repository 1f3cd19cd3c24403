# SPDX-License-Identifier: GPL-2.0-or-later
for name in net net6 host; do ipsec auto --up $name; done
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
../../guestbin/ping-once.sh --up -I 2001:db8:0:1::254 2001:db8:0:2::254
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.1.2.23
ipsec auto --down net6
ipsec briefstatus
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
for name in net host; do ipsec auto --down $name; done
ipsec briefstatus
