# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-once.sh --up 10.9.0.1
