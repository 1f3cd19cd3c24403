# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/count-packets.sh --show keepalives
