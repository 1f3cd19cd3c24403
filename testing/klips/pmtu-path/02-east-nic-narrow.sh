# SPDX-License-Identifier: GPL-2.0-or-later
ip link set eth1 mtu 1000
