# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-once.sh --up -M 'do' -s 1472 192.0.2.12
