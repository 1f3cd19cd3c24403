# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ip -batch /etc/addresses
ipsec start
ipsec auto --up wrong-psk
ipsec auto --up no-proposal
ipsec auto --up no-child
ipsec briefstatus
