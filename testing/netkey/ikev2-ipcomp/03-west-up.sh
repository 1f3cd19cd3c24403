# SPDX-License-Identifier: GPL-2.0-or-later
swanctl --initiate --child net
# 1,200 octets, nearly all the same
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254 -s 1200 -p 00
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254 -s 16
swanctl --list-sas
ip xfrm state
