# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-once.sh --up -s 3000 192.1.2.23
../../guestbin/ping-once.sh --up -s 3000 2001:db8:1:2::23
