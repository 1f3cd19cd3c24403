# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/libreswan-start.sh
ipsec auto --add west-east
