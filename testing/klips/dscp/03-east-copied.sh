# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match '^2$' -- grep -c '' /tmp/received
for dscp in cs0 af41 ef; do echo "$dscp outside: $(../../guestbin/count-packets.sh --show outer-$dscp)"; done
