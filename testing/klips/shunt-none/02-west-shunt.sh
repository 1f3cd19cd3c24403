# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/klips-start.sh
../../guestbin/klips-route.sh 192.0.2.0/24
