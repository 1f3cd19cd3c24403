# SPDX-License-Identifier: GPL-2.0-or-later
for size in 56 1301 3000; do ../../guestbin/ping-once.sh --up -s $size -I 192.0.2.254 192.0.1.254; ../../guestbin/ping-once.sh --up -s $size -I 2001:db8:0:2::254 2001:db8:0:1::254; done
../../guestbin/wait-for.sh --no-match --match '^0$' -- ../../guestbin/count-packets.sh --show keepalives
cat /tmp/not-esp
awk '$2' /proc/net/xfrm_stat
