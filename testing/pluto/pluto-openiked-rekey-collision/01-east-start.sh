# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/block-non-ipsec.sh
../../guestbin/openiked-start.sh
../../guestbin/udp.py receive /tmp/received 2000
