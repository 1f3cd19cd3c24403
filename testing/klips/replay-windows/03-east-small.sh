# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/count-packets.sh --show pings
../../guestbin/drop-packets.sh --off
../../guestbin/drop-packets.sh --first 3 ip protocol esp
