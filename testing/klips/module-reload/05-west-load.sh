# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/klips-module.sh load
ipsec klips status
../../guestbin/klips-start.sh
../../guestbin/klips-tunnel.sh 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/klips-tunnel.sh --key udp --spi '--natt nonesp --sport 4500 --dport 4500' 192.1.2.45 192.1.2.23 10.1.0.0/16 10.2.0.0/16
