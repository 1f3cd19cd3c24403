# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match '^2 ' -- wc -l /tmp/received
ipsec klips status | grep -v no-eroute
