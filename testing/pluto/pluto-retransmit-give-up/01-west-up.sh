# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ipsec start
began=$(date +%s)
ipsec auto --up west-east
echo $(($(date +%s) - began)) seconds
ipsec briefstatus
