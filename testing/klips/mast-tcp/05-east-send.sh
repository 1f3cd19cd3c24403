# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/tcp.py send --from 192.0.2.254 262144 192.0.1.254 2000
../../guestbin/tcp.py send --from 2001:db8:0:2::254 262144 2001:db8:0:1::254 2000
cat /tmp/received
