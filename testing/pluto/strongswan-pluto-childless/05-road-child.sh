# SPDX-License-Identifier: GPL-2.0-or-later
swanctl --initiate --child net | tail -n 3
../../guestbin/ping-once.sh --up 192.0.2.12
