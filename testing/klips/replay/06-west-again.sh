# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/replay-packets.py send eth1 /tmp/sent 3
../../guestbin/replay-packets.py send eth1 /tmp/sent 3
../../guestbin/replay-packets.py send eth1 /tmp/sent 3
