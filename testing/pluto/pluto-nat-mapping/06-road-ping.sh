# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-once.sh --up 192.0.2.254
ipsec auto --down road-east
ipsec briefstatus
