# SPDX-License-Identifier: GPL-2.0-or-later
ipsec auto --up road-east
../../guestbin/pass-time.sh 1
../../guestbin/wait-until-alive 192.0.2.12
ip -4 address show to 198.51.100.0/24 | grep -o 'inet [^/]*'
cat /etc/resolv.conf
ipsec whack --rekey-child --name road-east
../../guestbin/ping-once.sh --up 192.0.2.12
ipsec whack --rekey-ike --name road-east
../../guestbin/ping-once.sh --up 192.0.2.12
ipsec auto --down road-east
cat /etc/resolv.conf
../../guestbin/ping-once.sh --down 192.0.2.12
ipsec stop
