# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/block-non-ipsec.sh
sysctl -q net.ipv6.conf.all.disable_ipv6=1
../../guestbin/openiked-start.sh
