# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
n=100; for one in esp=aes128-gcm-16 esp=aes128-cbc+hmac-sha2-256-128 ah=hmac-sha2-256-128; do n=$((n + 1)); ip address add 192.0.1.$n/32 dev eth0; ../../guestbin/klips-tunnel.sh --key $n --with "tun $one" --spi '--esn --replay_window 128' 192.1.2.45 192.1.2.23 192.0.1.$n/32 192.0.2.0/24; ../../guestbin/ping-once.sh --up -I 192.0.1.$n 192.0.2.254; done
