# SPDX-License-Identifier: GPL-2.0-or-later
sysctl -w net.core.xfrm_larval_drop=0
../../guestbin/udp.py send --from 192.0.1.254 103 192.0.2.254 2000
