# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/count-packets.sh --start road ip saddr 192.1.3.209
../../guestbin/count-packets.sh --start nic ip saddr 192.1.2.254
