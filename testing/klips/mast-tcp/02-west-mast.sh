# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ipsec tncfg --create mast0
cat /sys/class/net/mast0/mtu
../../guestbin/klips-start.sh
echo 1 >/proc/sys/net/ipv6/conf/mast0/addr_gen_mode
ip link set mast0 up
# what is below has another MTU
ip link set eth1 mtu 1400
cat /sys/class/net/mast0/mtu
ipsec tncfg --detach --virtual ipsec0
cat /sys/class/net/mast0/mtu
ipsec tncfg --attach --virtual ipsec0 --physical eth1
cat /sys/class/net/mast0/mtu
ip link set mast0 mtu 1320
ip link set eth1 mtu 1500
cat /sys/class/net/mast0/mtu
