# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/count-packets.sh --show pings
ipsec spi | grep dir=in | grep -o 'ooowin=.*seq=[0-9]*'
ipsec klips status | grep -v no-eroute
