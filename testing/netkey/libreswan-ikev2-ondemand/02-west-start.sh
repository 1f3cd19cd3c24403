# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/libreswan-start.sh
ipsec auto --add west-east
ipsec auto --route west-east
ip xfrm policy list nosock dir out src 192.0.1.0/24
ip xfrm state
