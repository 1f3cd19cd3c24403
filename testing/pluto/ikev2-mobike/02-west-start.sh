# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
sysctl -q net.ipv6.conf.all.disable_ipv6=1
../../guestbin/strongswan-start.sh
# the answer to UPDATE_SA_ADDRESSES is the first from east with message id 3
../../guestbin/drop-packets.sh --first 1 udp sport 4500 @th,256,32 3
