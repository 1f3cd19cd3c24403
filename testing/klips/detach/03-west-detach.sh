# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
setsid -f ping -q -n -i 0.02 -I 192.0.1.254 192.0.2.254 >/tmp/ping
ipsec tncfg --detach --virtual ipsec0
ipsec tncfg
ipsec tncfg --attach --virtual ipsec0 --physical eth1
ip link set ipsec0 up
ipsec tncfg
../../guestbin/wait-until-alive -I 192.0.1.254 192.0.2.254
pkill -INT -x ping
../../guestbin/wait-for-log.sh /tmp/ping 'packet loss' >/tmp/seen
ipsec eroute | sed 's,^[0-9]* *,,'
