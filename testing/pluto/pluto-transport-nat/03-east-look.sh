# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-once.sh --up 192.1.2.254
ipsec briefstatus
