# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/klips-module.sh unload
ip link show ipsec0
ls /proc/net/ipsec /proc/sys/net/ipsec
ss -Hlun sport = 4500 | wc -l
ipsec klips status
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
