# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match '^2 ' -- wc -l /tmp/received
../../guestbin/ping-once.sh --up -s 20 -I 192.0.2.254 192.0.1.254
../../guestbin/ping-once.sh --up -s 20 -I 2001:db8:0:2::254 2001:db8:0:1::254
../../guestbin/udp.py send --from 192.0.2.254 --size 1000 --dont-fragment 1 192.0.1.254 2001
../../guestbin/udp.py send --from 2001:db8:0:2::254 --size 1000 1 2001:db8:0:1::254 2001
awk '$2' /proc/net/xfrm_stat
