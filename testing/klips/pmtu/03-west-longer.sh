# SPDX-License-Identifier: GPL-2.0-or-later
ip link set ipsec0 mtu 1500
ipsec tncfg
