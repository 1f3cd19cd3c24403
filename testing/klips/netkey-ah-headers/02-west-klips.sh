# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
../../guestbin/klips-tunnel.sh --with ah=hmac-sha2-256-128 192.1.2.45 192.1.2.23
../../guestbin/klips-tunnel.sh --with ah=hmac-sha2-256-128 2001:db8:1:2::45 2001:db8:1:2::23
../../guestbin/udp.py receive /tmp/received 2000
../../guestbin/ping-once.sh --up -R 192.1.2.23
../../guestbin/ping-once.sh --up -T tsonly 192.1.2.23
../../guestbin/ping-once.sh --up -T tsandaddr -s 1200 192.1.2.23
../../guestbin/udp.py send --hop-options 050200000100 1 2001:db8:1:2::23 2001
../../guestbin/udp.py send --destination-options 1e0401020304 1 2001:db8:1:2::23 2001
../../guestbin/udp.py send --hop-options 3e0401020304 --destination-options 1e0401020304 1 2001:db8:1:2::23 2001
