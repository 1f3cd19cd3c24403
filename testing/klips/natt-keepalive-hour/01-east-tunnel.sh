# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh --with '--keepalive 0'
../../guestbin/klips-tunnel.sh --spi '--natt nonesp --sport 4500 --dport 4500' 192.1.2.254 192.1.2.23 192.1.3.209/32 192.0.2.0/24
