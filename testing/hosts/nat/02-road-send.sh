# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-once.sh --up 192.1.2.23
# UDP: the port is closed; what is sent after the ICMP error hears of it
exec 3<>/dev/udp/192.1.2.23/2000
echo cygnet >&3
../../guestbin/wait-for.sh --match '^IcmpInDestUnreachs +1 ' -- nstat -asz IcmpInDestUnreachs
echo again >&3
exec 3>&-
# TCP: the port is closed
echo cygnet >/dev/tcp/192.1.2.23/2000
