# SPDX-License-Identifier: GPL-2.0-or-later
for ttl in 64 30 3; do ../../guestbin/ping-once.sh --up -t $ttl 192.0.2.12; ../../guestbin/ping-once.sh --up -t $ttl 2001:db8:0:2::12; done
ping -n -c 1 -W 1 -t 1 192.0.2.12
ping -n -c 1 -W 1 -t 2 192.0.2.12
ping -n -c 1 -W 1 -t 1 2001:db8:0:2::12
ping -n -c 1 -W 1 -t 2 2001:db8:0:2::12
