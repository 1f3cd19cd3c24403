# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for-log.sh --count 2 /var/log/pluto.log 'IKE SA .*established'
../../guestbin/ping-once.sh --up 192.0.2.12
ip -4 address show to 198.51.100.0/24 | grep -o 'inet [^ ]*'
ipsec auto --down road-east
ip -4 address show to 198.51.100.0/24
cat /etc/resolv.conf
../../guestbin/ping-once.sh --down 192.0.2.12
ipsec stop
