# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
../../guestbin/klips-route.sh 192.1.2.23/32 ipsec0 192.1.2.45
