# SPDX-License-Identifier: GPL-2.0-or-later
# the one that brings the tunnel up is answered too
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
swanctl --list-sas
ip xfrm state
# no packet was dropped
awk '$2 != 0' /proc/net/xfrm_stat
