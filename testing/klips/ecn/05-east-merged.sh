# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match '^30$' -- grep -c '' /tmp/merged
cut -d ' ' -f 1 /tmp/merged | paste -s -d ' ' | fold -s -w 75
ipsec klips status | grep in-
../../guestbin/udp.py receive --tos /tmp/kept 2002
ipsec eroute --clear
ipsec spi --clear
../../guestbin/klips-tunnel.sh --with esp=aes128-gcm-16 --spi '--mode tunnel --no-ecn' 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
