# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/libreswan-start.sh
ipsec auto --add west-east
ipsec auto --up west-east
../../guestbin/ping-once.sh --up -I 2001:db8:0:1::254 2001:db8:0:2::254
