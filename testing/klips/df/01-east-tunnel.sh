# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
for df in clear copy set; do ../../guestbin/klips-tunnel.sh --only sas --with esp=aes128-gcm-16 --key $df --spi '--mode tunnel' 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24; done
../../guestbin/klips-tunnel.sh --only eroutes --with esp=aes128-gcm-16 --key clear 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/count-packets.sh --start df ip saddr 192.1.2.45 ip protocol esp ip frag-off 0x4000
../../guestbin/count-packets.sh --start none ip saddr 192.1.2.45 ip protocol esp ip frag-off 0
../../guestbin/udp.py receive /tmp/received 2000
