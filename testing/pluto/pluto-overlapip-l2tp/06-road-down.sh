# SPDX-License-Identifier: GPL-2.0-or-later
ipsec auto --down road-east
../../guestbin/ping-once.sh --down 10.9.0.1
ipsec stop
