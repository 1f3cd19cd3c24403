# SPDX-License-Identifier: GPL-2.0-or-later
ipsec auto --delete road-east
ip -4 address show to 198.51.100.0/24
../../guestbin/ping-once.sh --down 192.0.2.12
