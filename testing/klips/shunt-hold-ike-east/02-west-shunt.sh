# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
ipsec eroute --add --eraf inet --src 192.1.2.45/32 --dst 192.1.2.23/32 --said %hold
../../guestbin/klips-route.sh 192.1.2.23/32 ipsec0 192.1.2.45
