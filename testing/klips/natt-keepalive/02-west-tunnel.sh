# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh --with '--keepalive 1'
../../guestbin/klips-tunnel.sh --spi '--natt nonesp --sport 4500 --dport 4500' 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
