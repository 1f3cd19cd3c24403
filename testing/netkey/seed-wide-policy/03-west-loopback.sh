# SPDX-License-Identifier: GPL-2.0-or-later
sysctl net.ipv4.conf.lo.disable_xfrm net.ipv4.conf.lo.disable_policy
../../guestbin/ping-once.sh --up 127.0.0.1
# its own address, over lo
../../guestbin/ping-once.sh --up 192.1.2.45
../../guestbin/ping-once.sh --down ::1
ip xfrm policy add src ::1/128 dst ::1/128 dir out priority 1
../../guestbin/ping-once.sh --up ::1
