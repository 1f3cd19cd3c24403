# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ip -batch /etc/addresses
ipsec start
../../guestbin/udp.py receive /tmp/received 2001
