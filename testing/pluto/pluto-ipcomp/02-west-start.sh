# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ipsec start
../../guestbin/udp.py receive /tmp/received 2001
ipsec auto --up west-east
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
../../guestbin/udp.py send --from 192.0.1.254 --size 1000 1 192.0.2.254 2000
