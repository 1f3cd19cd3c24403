# SPDX-License-Identifier: GPL-2.0-or-later
ipsec briefstatus
sed -n 's/.*: \("west-east" #\)/\1/p' /var/log/pluto.log
ipsec stop
