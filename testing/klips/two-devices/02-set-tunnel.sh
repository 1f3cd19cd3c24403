# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
../../guestbin/klips-tunnel.sh 192.0.1.15 192.0.1.254 192.0.1.15/32 192.0.2.0/24
