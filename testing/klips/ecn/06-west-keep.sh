# SPDX-License-Identifier: GPL-2.0-or-later
ipsec eroute --clear
ipsec spi --clear
../../guestbin/klips-tunnel.sh --with esp=aes128-gcm-16 --spi '--mode tunnel --no-ecn' 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
for inner in 0 1 2 3; do ../../guestbin/udp.py send --from 192.0.1.254 --tos $inner 1 192.0.2.254 2002; done
../../guestbin/mark-packets.sh ip protocol esp ip ecn set ce
for inner in 0 1 2 3; do ../../guestbin/udp.py send --from 192.0.1.254 --tos $inner 1 192.0.2.254 2002; done
