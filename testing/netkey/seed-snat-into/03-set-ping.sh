# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-once.sh --up -I 198.18.1.15 192.0.2.254
