# SPDX-License-Identifier: GPL-2.0-or-later
# with its first address the host loses the others of that net, and the default route
ip address delete 192.1.2.45/24 dev eth1
../../guestbin/wait-for-log.sh /var/log/pluto.log 'default.*no longer has'
ip address add 192.1.2.47/24 dev eth1
ip route add default via 192.1.2.254
../../guestbin/wait-for-log.sh /var/log/pluto.log 'this host now has'
ipsec shuntstatus
ping -n -q -c 1 -W 25 -I 192.0.1.254 192.0.22.1 | grep received | cut -d, -f1-2
ipsec trafficstatus
ipsec stop
