# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/bridge.sh br0 eth1 192.1.2.45/24
../../guestbin/klips-start.sh ipsec0=br0
../../guestbin/klips-tunnel.sh 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
(ping -q -i 0.01 -I 192.0.1.254 192.0.2.254 >/dev/null 2>&1 &)
