# SPDX-License-Identifier: GPL-2.0-or-later
ipsec klips settings tos=0
../../guestbin/udp.py send --from 192.0.1.254 --tos 0xb8 1 192.0.2.254 2000
ipsec klips settings tos=1
ipsec eroute --clear
ipsec spi --clear
../../guestbin/klips-tunnel.sh --with esp=aes128-gcm-16 --spi '--mode tunnel --no-encap-dscp' --key hide 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
