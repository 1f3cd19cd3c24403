# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
../../guestbin/udp.py receive /tmp/ike 500
../../guestbin/klips-route.sh 192.0.2.0/24
