# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ip link add ipsec0 type vti local 192.1.2.45 remote 192.1.2.23 key 7
sysctl -w net.ipv4.conf.ipsec0.disable_policy=1
ip link set ipsec0 up
ip route replace 192.0.2.0/24 dev ipsec0
../../guestbin/strongswan-start.sh
