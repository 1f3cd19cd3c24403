# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ipsec start
# they are routed already: these return when the routes are there
ipsec auto --route block
ipsec auto --route private
ipsec connectionstatus
ipsec shuntstatus
../../guestbin/ping-once.sh --up 192.1.3.209
../../guestbin/ping-once.sh --down 192.1.3.33
ping -n -q -c 1 -W 25 192.1.2.23 | grep received | cut -d, -f1-2
ipsec trafficstatus
