# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ipsec start
ipsec auto --up north-east
../../guestbin/udp-service.py ask north 192.1.2.23 7007
