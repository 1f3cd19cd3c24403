# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ip address add 10.1.0.1/16 dev eth0
ipsec start
