# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ip route delete default
ipsec start
ipsec connectionstatus
ipsec auto --up started
