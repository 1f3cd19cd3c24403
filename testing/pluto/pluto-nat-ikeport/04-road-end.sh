# SPDX-License-Identifier: GPL-2.0-or-later
ipsec auto --down road-east
ipsec briefstatus
# the port is taken back to 4500
ipsec stop
sed -i '/nat-ikeport=/d' /etc/ipsec.conf
ipsec start
ipsec auto --up road-east
../../guestbin/ping-once.sh --up 192.0.2.254
