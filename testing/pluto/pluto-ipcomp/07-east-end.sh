# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match '^3$' -- grep -c 1 /tmp/received
ipsec auto --down plain
ipsec stop
