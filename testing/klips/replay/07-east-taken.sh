# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match '^74$' -- ../../guestbin/count-packets.sh --show pings
