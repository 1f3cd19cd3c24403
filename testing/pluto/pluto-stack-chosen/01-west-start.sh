# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ipsec start
ipsec status | sed -n 's/ (.*): protostack/: protostack/p'
ipsec stop
ipsec klips start 2> /tmp/started
ipsec start
ipsec status | sed -n 's/ (.*): protostack/: protostack/p'
ipsec stop
ipsec klips stop
sed -i 's/auto$/klips/' /etc/ipsec.conf
pluto
grep -o 'no stack.*' /var/log/pluto.log
