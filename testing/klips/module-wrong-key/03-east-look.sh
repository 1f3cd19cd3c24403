# SPDX-License-Identifier: GPL-2.0-or-later
ipsec spi
ipsec klips status | grep -v no-eroute
ipsec tncfg --json | grep rx-packets
