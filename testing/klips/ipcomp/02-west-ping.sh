# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-once.sh --up -s 1000 -I 192.0.1.254 192.0.2.254
../../guestbin/ping-once.sh --up -s 20 -I 192.0.1.254 192.0.2.254
