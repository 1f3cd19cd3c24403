# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/tcp.py send --from 192.0.1.254 262144 192.0.2.254 2000
../../guestbin/tcp.py send --from 2001:db8:0:1::254 262144 2001:db8:0:2::254 2000
# mast0 got fewer packets than it sent
handed=$(nft list counter inet marks sent | sed -n 's/.*packets \([0-9]*\).*/\1/p')
sent=$(cat /sys/class/net/mast0/statistics/tx_packets)
[ "$handed" -gt 0 ] && [ $((2 * handed)) -lt "$sent" ] || echo "$handed packets, $sent sent"
