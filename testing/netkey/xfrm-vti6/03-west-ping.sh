# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-once.sh --up fd00:1::23
../../guestbin/ping-once.sh --up 10.1.0.23
