# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ipsec start
ipsec auto --add road-east
ipsec tncfg --create mast0
ipsec stop
sed -i s/protostack=klips/protostack=mast/ /etc/ipsec.conf
ipsec start
