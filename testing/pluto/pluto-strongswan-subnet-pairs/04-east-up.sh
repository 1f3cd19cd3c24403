# SPDX-License-Identifier: GPL-2.0-or-later
swanctl --initiate --child net21 > /tmp/initiated && echo up
swanctl --initiate --child net12 > /tmp/initiated && echo up
../../guestbin/ping-once.sh --up -I 192.0.2.254 10.1.0.1
../../guestbin/ping-once.sh --up -I 10.2.0.1 192.0.1.254
