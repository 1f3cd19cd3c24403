# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match '^3$' -- grep -c '' /tmp/received
../../guestbin/ping-once.sh --up -R 192.1.2.45
../../guestbin/ping-once.sh --up -T tsonly 192.1.2.45
../../guestbin/udp.py send --hop-options 050200000100 1 2001:db8:1:2::45 2000
../../guestbin/udp.py send 2 2001:db8:1:2::45 2000
awk '$2' /proc/net/xfrm_stat
