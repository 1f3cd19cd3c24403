# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec trafficstatus
# and back
sed -e 's/46/X/;s/45/46/;s/X/45/' /etc/move | ip -batch -
../../guestbin/wait-for-log.sh --count 2 /var/log/pluto.log 'moving to'
