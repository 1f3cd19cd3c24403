# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/count-packets.sh --show pings
ipsec klips status | grep in-
