# SPDX-License-Identifier: GPL-2.0-or-later
ipsec auto --down road-east
ip -4 address show to 198.51.100.0/24
cat /etc/resolv.conf
../../guestbin/ping-once.sh --down 192.0.2.12
ipsec auto --up road-east
../../guestbin/ping-once.sh --up 192.0.2.12
