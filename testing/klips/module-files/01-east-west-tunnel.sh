# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
../../guestbin/klips-tunnel.sh --with 'tun esp=aes128-cbc+hmac-sha1-96' --spi '--replay_window 64' 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
