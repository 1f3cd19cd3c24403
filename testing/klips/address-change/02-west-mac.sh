# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
../../guestbin/klips-tunnel.sh 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ip link set eth1 address 02:00:00:00:00:45
../../guestbin/wait-until-alive -I 192.0.1.254 192.0.2.254
ipsec tncfg
ip address add 192.1.2.46/24 dev eth1
../../guestbin/klips-tunnel.sh --only sas 192.1.2.46 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
