# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/libreswan-stop.sh --kill
ipsec start
