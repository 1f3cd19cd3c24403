# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
../../guestbin/klips-monitor.sh --start
ipsec eroute --add --eraf inet --src 192.1.2.45/32 --dst 192.1.2.23/32 --said %trap
../../guestbin/klips-route.sh 192.1.2.23/32 ipsec0 192.1.2.45
