# SPDX-License-Identifier: GPL-2.0-or-later
ipsec eroute
ipsec auto --route west-east
ipsec eroute
ipsec auto --up west-east
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
# SPIs are others each time
ipsec eroute | sed 's/esp0x[0-9a-f]*@/esp0xSPI@/'
ipsec spi | sed 's/esp0x[0-9a-f]*@/esp0xSPI@/; s/ life(.*natencap/ natencap/; s/ref=[0-9]*/ref=REQID/' | sort
# look has the same rows
ipsec look | grep -c @
ipsec spi --json | grep -c -e key -e '[0-9a-f]\{32\}'
