# SPDX-License-Identifier: GPL-2.0-or-later
ipsec spi --clear
ipsec eroute --clear
ipsec eroute
ipsec spi
ipsec tncfg --detach --virtual ipsec0
ipsec tncfg
ipsec klips stop
ipsec klips status | grep -v no-eroute
ip link show ipsec0
