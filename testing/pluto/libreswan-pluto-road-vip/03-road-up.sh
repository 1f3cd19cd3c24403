# SPDX-License-Identifier: GPL-2.0-or-later
ipsec auto --up road-east
../../guestbin/ping-once.sh --up 192.0.2.12
ip -4 address show to 198.51.100.0/24 | grep -o 'inet [^ ]*'
cat /etc/resolv.conf
ipsec whack --rekey-ipsec --name road-east
ipsec whack --rekey-ike --name road-east
../../guestbin/ping-once.sh --up 192.0.2.12
