# SPDX-License-Identifier: GPL-2.0-or-later
cat /tmp/received
ipsec klips status | grep -v no-eroute
[ "$(cat /sys/class/net/mast0/statistics/rx_packets)" -gt 300 ] && [ "$(cat /sys/class/net/ipsec0/statistics/rx_packets)" -eq 0 ] || ip -s link
