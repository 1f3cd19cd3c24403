# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/count-packets.sh --start keepalives ip saddr 192.1.3.209 udp dport 4500 udp length 9
