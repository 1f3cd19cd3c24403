# SPDX-License-Identifier: GPL-2.0-or-later
ipsec eroute --add --eraf inet --src 192.0.2.0/24 --dst 192.0.1.0/24 --said tun0x2001@192.1.2.45
ip route prepend 192.0.1.0/24 dev ipsec0
