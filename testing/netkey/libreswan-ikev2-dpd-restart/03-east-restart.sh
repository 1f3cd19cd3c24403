# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/libreswan-stop.sh --kill
ip xfrm state count
../../guestbin/libreswan-start.sh
# nobody knows them any more
ip xfrm state count
ipsec whack --trafficstatus
ipsec auto --add west-east
