# SPDX-License-Identifier: GPL-2.0-or-later
cat /tmp/asked
../../guestbin/wait-for.sh --match . -- grep -o "the peer's certificate at .*" /var/log/pluto.log
grep -o 'the peer is not authenticated: .*' /var/log/pluto.log
ipsec stop
