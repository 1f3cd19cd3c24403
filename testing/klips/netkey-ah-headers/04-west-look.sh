# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match '^1$' -- grep -c '' /tmp/received
ipsec klips status | grep in-
