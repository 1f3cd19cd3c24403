# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec eroute --add --eraf inet --src 192.0.1.0/24 --dst 192.0.3.0/24 --said %trap
