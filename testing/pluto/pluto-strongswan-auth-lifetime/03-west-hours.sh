# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-count.sh --every 60 --count 300 -I 192.0.1.254 192.0.2.254
grep -c 'the peer wants to be shown again within' /var/log/pluto.log
grep -c 'authenticating again' /var/log/pluto.log
grep -c 'IKE SA established' /var/log/pluto.log
grep -c 'rekeying' /var/log/pluto.log
ipsec briefstatus
