# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh ipsec0=eth1 ipsec1=eth0
../../guestbin/klips-tunnel.sh 192.1.2.45 192.1.2.23 192.0.1.15/32 192.0.2.0/24
../../guestbin/klips-tunnel.sh --device ipsec1 192.0.1.15 192.0.1.254 192.0.1.15/32 192.0.2.0/24
ipsec tncfg
