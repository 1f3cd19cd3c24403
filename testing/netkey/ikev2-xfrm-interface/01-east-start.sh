# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/block-non-ipsec.sh
ip link add ipsec0 type xfrm dev eth1 if_id 7
ip link set ipsec0 up
ip route replace 192.0.1.0/24 dev ipsec0
../../guestbin/strongswan-start.sh
