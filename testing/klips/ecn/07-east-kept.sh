# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match '^8$' -- grep -c '' /tmp/kept
cat /tmp/kept
for ecn in not-ect ect0 ect1 ce; do echo "$ecn outside: $(../../guestbin/count-packets.sh --show outer-$ecn)"; done
