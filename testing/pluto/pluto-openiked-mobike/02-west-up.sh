# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
sysctl -q net.ipv6.conf.all.disable_ipv6=1
ipsec start
ipsec auto --up west-east
