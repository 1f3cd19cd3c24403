# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/klips-tunnel.sh --only eroutes --verb replace --key esn 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/replay-packets.py record eth1 /tmp/esn
ping -q -n -c 63 -i 0.01 -I 192.0.1.254 192.0.2.254 | grep -o '^63 packets.*received'
../../guestbin/replay-packets.py send eth1 /tmp/esn 1 2 3 1 2 3
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
