# SPDX-License-Identifier: GPL-2.0-or-later
ipsec auto --down north-east
../../guestbin/ping-once.sh --down 192.0.2.12
ipsec stop
