# SPDX-License-Identifier: GPL-2.0-or-later
for n in 1 2 3 4 5; do for size in 56 1301 3000; do ../../guestbin/ping-once.sh --up -s $size -I 192.0.2.254 192.0.1.10$n; done; done
for size in 56 1301 3000; do ../../guestbin/ping-once.sh --up -s $size -I 2001:db8:0:2::254 2001:db8:0:1::254; done
