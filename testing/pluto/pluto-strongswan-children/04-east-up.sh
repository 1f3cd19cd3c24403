# SPDX-License-Identifier: GPL-2.0-or-later
for name in net net6 host; do swanctl --initiate --child $name | tail -n 1; done
../../guestbin/ping-once.sh --up -I 192.0.2.254 192.0.1.254
../../guestbin/ping-once.sh --up -I 2001:db8:0:2::254 2001:db8:0:1::254
swanctl --terminate --child net6 | tail -n 1
../../guestbin/ping-once.sh --up -I 192.0.2.254 192.0.1.254
