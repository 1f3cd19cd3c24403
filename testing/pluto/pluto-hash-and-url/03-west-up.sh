# SPDX-License-Identifier: GPL-2.0-or-later
ipsec auto --up elsewhere
ipsec auto --up west-east
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec trafficstatus
ipsec auto --status | grep -o 'authenticated by [^;]*'
ipsec auto --down west-east
cat /tmp/asked
ipsec auto --up west-east
cat /tmp/asked
