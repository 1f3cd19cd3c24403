# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ipsec start
ipsec auto --up north-east
../../guestbin/xl2tpd-start.sh
echo c east >/run/xl2tpd/l2tp-control
../../guestbin/wait-for.sh --match 'UNKNOWN.*10.9.0.1' -- ip -4 -br address show dev ppp0
../../guestbin/ping-once.sh --up 10.9.0.1
