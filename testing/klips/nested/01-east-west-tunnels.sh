# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
../../guestbin/klips-tunnel.sh --key outer 192.1.2.45 192.1.2.23 192.0.1.254/32 192.0.2.254/32
../../guestbin/klips-tunnel.sh --key inner 192.0.1.254 192.0.2.254 2001:db8:0:1::/64 2001:db8:0:2::/64
