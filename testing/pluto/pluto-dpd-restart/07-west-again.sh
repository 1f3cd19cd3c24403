# SPDX-License-Identifier: GPL-2.0-or-later
# until its routes are there, too
ipsec auto --up west-east >/dev/null
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec briefstatus
