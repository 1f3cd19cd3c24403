# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-once.sh --up 10.1.0.23
../../guestbin/ping-once.sh --up 10.2.0.23
