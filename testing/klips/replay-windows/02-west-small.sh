# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
../../guestbin/klips-tunnel.sh --only sas --key small --spi '--replay_window 32' 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/klips-tunnel.sh --only sas --key large --spi '--replay_window 4096' 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/klips-tunnel.sh --only sas --key esn --spi '--esn --replay_window 4096' 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/klips-tunnel.sh --only eroutes --key small 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/replay-packets.py record eth1 /tmp/small
ping -q -n -c 63 -i 0.01 -I 192.0.1.254 192.0.2.254 | grep -o '^63 packets.*received'
../../guestbin/replay-packets.py send eth1 /tmp/small 1 2 3 1 2 3
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
