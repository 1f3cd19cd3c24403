# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-xfrm.sh --with ah=hmac-sha2-256-128 192.1.2.45 192.1.2.23
../../guestbin/klips-xfrm.sh --with ah=hmac-sha2-256-128 2001:db8:1:2::45 2001:db8:1:2::23
../../guestbin/udp.py receive /tmp/received 2001
