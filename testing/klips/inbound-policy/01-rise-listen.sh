# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/udp.py receive /tmp/received 9999
../../guestbin/udp.py receive /tmp/other 9998
