# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match '^4$' -- grep -c '' /tmp/received
cat /tmp/received
for ecn in not-ect ect0 ect1 ce; do echo "$ecn outside: $(../../guestbin/count-packets.sh --show outer-$ecn)"; done
../../guestbin/udp.py receive --tos /tmp/merged 2001
