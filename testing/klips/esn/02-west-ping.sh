# SPDX-License-Identifier: GPL-2.0-or-later
for key in one two three; do ../../guestbin/klips-tunnel.sh --only eroutes --verb replace --key $key 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24; ../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254; done
