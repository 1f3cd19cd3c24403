# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/klips-many.py 10000
ipsec klips status | grep -v no-eroute
ipsec spi | wc -l
ipsec eroute | wc -l
../../guestbin/klips-route.sh 10.0.0.0/8
