# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/xfrm-tunnel.sh 192.1.2.45 192.1.2.23
