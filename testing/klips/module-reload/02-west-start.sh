# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
../../guestbin/klips-tunnel.sh 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/klips-tunnel.sh --key udp --spi '--natt nonesp --sport 4500 --dport 4500' 192.1.2.45 192.1.2.23 10.1.0.0/16 10.2.0.0/16
ip address add 10.1.0.1/32 dev lo
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
../../guestbin/ping-once.sh --up -I 10.1.0.1 10.2.0.1
ss -Hlun sport = 4500 | wc -l
(ping -q -i 0.01 -I 192.0.1.254 192.0.2.254 >/dev/null 2>&1 &)
(ping -q -i 0.01 -I 10.1.0.1 10.2.0.1 >/dev/null 2>&1 &)
