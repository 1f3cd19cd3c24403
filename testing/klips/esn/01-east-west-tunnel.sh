# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
../../guestbin/klips-tunnel.sh --only sas --key one --with "tun esp=aes128-gcm-16" --spi "--esn --replay_window 4096" 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/klips-tunnel.sh --only sas --key two --with "tun esp=aes128-cbc+hmac-sha2-256-128" --spi "--esn --replay_window 4096" 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/klips-tunnel.sh --only sas --key three --with "tun ah=hmac-sha2-256-128" --spi "--esn --replay_window 4096" 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/klips-tunnel.sh --only eroutes --key one 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
