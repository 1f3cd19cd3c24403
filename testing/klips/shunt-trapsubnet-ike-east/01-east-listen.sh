# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/udp.py receive /tmp/ike 500
../../guestbin/udp.py receive /tmp/other 501
