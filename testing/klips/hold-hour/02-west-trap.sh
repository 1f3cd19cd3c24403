# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
../../guestbin/klips-monitor.sh --start
ipsec eroute --add --eraf inet --src 192.0.1.0/24 --dst 192.0.2.0/24 --said %trap
ipsec eroute --add --eraf inet --src 192.0.1.0/24 --dst 192.0.9.0/24 --said %trap
../../guestbin/klips-route.sh 192.0.2.0/24
