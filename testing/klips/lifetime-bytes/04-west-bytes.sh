# SPDX-License-Identifier: GPL-2.0-or-later
for _ in 1 2 3; do ../../guestbin/ping-once.sh --up -s 1000 -I 192.0.1.254 192.0.2.254; done
../../guestbin/klips-monitor.sh --show
for _ in 4 5; do ../../guestbin/ping-once.sh --up -s 1000 -I 192.0.1.254 192.0.2.254; done
../../guestbin/klips-monitor.sh --show
../../guestbin/ping-once.sh --down -s 1000 -I 192.0.1.254 192.0.2.254
../../guestbin/klips-monitor.sh --show
ipsec spi
ipsec klips status | grep -v no-eroute
