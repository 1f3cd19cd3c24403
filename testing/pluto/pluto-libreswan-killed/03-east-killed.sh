# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/libreswan-stop.sh --kill
../../guestbin/libreswan-start.sh
ipsec auto --add west-east
