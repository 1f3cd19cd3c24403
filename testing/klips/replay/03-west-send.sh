# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/replay-packets.py record eth1 /tmp/sent
ping -q -n -c 70 -i 0.01 -I 192.0.1.254 192.0.2.254 | grep -o '^70 packets.*received'
../../guestbin/replay-packets.py send eth1 /tmp/sent 70 60 30 10 1
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
