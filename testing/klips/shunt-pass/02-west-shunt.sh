# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/klips-start.sh
ipsec eroute --add --eraf inet --src 192.0.1.0/24 --dst 192.0.2.0/24 --said %pass
../../guestbin/klips-route.sh 192.0.2.0/24
