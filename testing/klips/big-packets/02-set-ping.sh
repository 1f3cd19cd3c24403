# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-once.sh --up -s 3000 192.0.2.12
../../guestbin/ping-once.sh --up -M dont -s 1472 192.0.2.12
