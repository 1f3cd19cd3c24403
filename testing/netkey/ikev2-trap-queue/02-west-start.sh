# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
sysctl -w net.core.xfrm_larval_drop=0
../../guestbin/strongswan-start.sh
