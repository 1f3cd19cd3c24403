# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/udp.py receive /tmp/received 2000
for size in 56 1301; do ../../guestbin/ping-once.sh --up -s $size 192.1.2.23; ../../guestbin/ping-once.sh --up -s $size 2001:db8:1:2::23; done
