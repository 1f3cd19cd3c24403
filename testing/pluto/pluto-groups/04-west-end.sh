# SPDX-License-Identifier: GPL-2.0-or-later
# without its net the tunnel ends; without its conn, so do its nets
rm /etc/ipsec.d/policies/private
ipsec auto --rereadall
../../guestbin/wait-for.sh --no-match --match ESP -- ipsec trafficstatus
ipsec auto --unroute block
ipsec auto --delete block
ipsec auto --unroute clear
ipsec shuntstatus
../../guestbin/ping-once.sh --up 192.1.3.209
ipsec stop
