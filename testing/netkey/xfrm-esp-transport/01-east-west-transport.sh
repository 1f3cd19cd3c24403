# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/xfrm-tunnel.sh --mode transport --with cbc 192.1.2.45 192.1.2.23
