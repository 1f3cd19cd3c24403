# SPDX-License-Identifier: GPL-2.0-or-later
ipsec auto --up road-east
../../guestbin/ping-count.sh --every 60 --count 180 192.0.2.12
grep -c 'the peer wants to be shown again within' /var/log/pluto.log
grep -c 'authenticating again' /var/log/pluto.log
grep -c 'IKE SA established' /var/log/pluto.log
ip -4 address show to 198.51.100.0/24 | grep -o 'inet [^ ]*'
ipsec briefstatus
