# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/strongswan-start.sh
swanctl --initiate --child net >/dev/null
../../guestbin/ping-once.sh --up 192.1.2.23
swanctl --list-sas | grep -o "INSTALLED, TRANSPORT"
