# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
../../guestbin/klips-tunnel.sh 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/klips-tunnel.sh --key six 192.1.2.45 192.1.2.23 2001:db8:0:1::/64 2001:db8:0:2::/64
ipsec eroute --add --src 192.0.2.254/32 --dst 192.0.1.0/24 --transport-proto 17 --src-port 9999 --said %pass
../../guestbin/udp.py receive /tmp/passed 9999
../../guestbin/udp.py receive /tmp/refused 9998
