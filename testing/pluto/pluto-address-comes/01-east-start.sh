# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ip address add 192.0.2.1/24 dev eth0
ip address add 192.0.22.1/24 dev eth0
ipsec start
