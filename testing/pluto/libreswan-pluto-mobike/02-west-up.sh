# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
sysctl -q net.ipv6.conf.all.disable_ipv6=1
../../guestbin/libreswan-start.sh
ipsec auto --add west-east
ipsec auto --up west-east
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
