# SPDX-License-Identifier: GPL-2.0-or-later
ipsec eroute --clear
ipsec spi --clear
../../guestbin/klips-tunnel.sh --with esp=aes128-gcm-16 --key path --spi '--mode tunnel' 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
