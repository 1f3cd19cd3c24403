# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/klips-tunnel.sh --key again --verb replace --spi '--natt nonesp --sport 4500 --dport 4500' 192.1.2.254 192.1.2.23 192.1.3.209/32 192.0.2.0/24
../../guestbin/ping-once.sh --up -I 192.0.2.254 192.1.3.209
../../guestbin/pass-time.sh 3600
../../guestbin/ping-once.sh --down -I 192.0.2.254 192.1.3.209
