# SPDX-License-Identifier: GPL-2.0-or-later
ipsec eroute --clear
../../guestbin/klips-tunnel.sh --key port --with esp=aes128-gcm-16 --flow "--transport-proto 17 --dst-port 9999" 192.1.2.45 192.1.2.23
../../guestbin/klips-tunnel.sh --key port --with esp=aes128-gcm-16 --flow "--transport-proto 17 --dst-port 9999" 2001:db8:1:2::45 2001:db8:1:2::23
