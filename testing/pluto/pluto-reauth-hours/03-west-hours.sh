# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-count.sh --every 60 --count 150 -I 192.0.1.254 192.0.2.254
../../guestbin/ping-count.sh --every 60 --count 150 -I 192.0.1.254 192.0.2.12
grep -c 'authenticating again' /var/log/pluto.log
grep -c 'rekeying' /var/log/pluto.log
ipsec briefstatus
ipsec auto --down west-east
sed -i '/reauth=/d' /etc/ipsec.conf
ipsec auto --replace west-east
ipsec auto --up west-east
../../guestbin/ping-count.sh --every 60 --count 60 -I 192.0.1.254 192.0.2.254
grep -c 'authenticating again' /var/log/pluto.log
ipsec briefstatus
