# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match '^6$' -- grep -c '' /tmp/received
for df in df none; do echo "$df: $(../../guestbin/count-packets.sh --show $df)"; done
