# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/count-packets.sh --start clear iifname eth1 ip saddr 192.0.1.0/24
