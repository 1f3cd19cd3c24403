# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
../../guestbin/klips-monitor.sh --start
../../guestbin/klips-tunnel.sh --only in 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/klips-tunnel.sh --only out --with esp=aes128-gcm-16 --key one --spi "--mode tunnel --life soft-bytes=2056,hard-bytes=4112" 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/klips-tunnel.sh --only eroutes --with esp=aes128-gcm-16 --key one 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
