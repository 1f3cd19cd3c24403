# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/klips-take-over.sh
ipsec eroute | sed 's/0x[0-9a-f]*/0xSPI/'
