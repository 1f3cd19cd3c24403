# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ipsec start
ipsec status | sed -n 's/ (.*): protostack/: protostack/p'
ipsec auto --route west-east
ipsec stop
# what pluto has had it do does not stay
ipsec eroute
sed -i 's/auto$/netkey/' /etc/ipsec.conf
ipsec start
ipsec status | sed -n 's/ (.*): protostack/: protostack/p'
ipsec stop
sed -i 's/netkey$/auto/' /etc/ipsec.conf
../../guestbin/klips-module.sh unload
ipsec start
ipsec status | sed -n 's/ (.*): protostack/: protostack/p'
ipsec stop
sed -i 's/auto$/klips/' /etc/ipsec.conf
pluto
