# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match '^2$' -- cat /tmp/received
cat /tmp/received
ipsec klips status | grep in-
