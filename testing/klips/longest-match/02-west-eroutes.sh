# SPDX-License-Identifier: GPL-2.0-or-later
ipsec eroute --replace --eraf inet --src 192.0.1.0/24 --dst 192.0.2.0/24 --said %drop
ipsec eroute --add --eraf inet --src 192.0.1.254/32 --dst 192.0.2.254/32 --said "$(ipsec spi | grep -o '^tun0x[0-9a-f]*@192.1.2.23')"
ipsec eroute --add --eraf inet --src 192.0.1.254/32 --dst 192.0.2.254/32 --transport-proto 17 --dst-port 9999 --said %pass
ipsec eroute
