# SPDX-License-Identifier: GPL-2.0-or-later
for size in 56 1301 3000; do ../../guestbin/ping-once.sh --up -s $size -I 192.0.1.254 192.0.2.254; done
ip -s xfrm state | grep -c 'proto esp'
