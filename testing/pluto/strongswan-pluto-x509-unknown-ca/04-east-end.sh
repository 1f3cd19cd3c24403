# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match . -- grep -o 'the peer is not authenticated: .*' /var/log/pluto.log
ipsec briefstatus
ipsec stop
