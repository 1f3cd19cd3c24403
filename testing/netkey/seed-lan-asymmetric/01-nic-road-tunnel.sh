# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/xfrm-tunnel.sh --policy 'priority 10' 192.1.3.209 192.1.3.254 192.1.3.209/32 192.1.3.0/24
