# SPDX-License-Identifier: GPL-2.0-or-later
# the old address goes and the new one comes in one step
cat /etc/move
ip -batch /etc/move
../../guestbin/wait-for-log.sh /var/log/charon.log 'parsed INFORMATIONAL response 3'
../../guestbin/wait-for.sh --match 192.1.3.210 -- ip xfrm state
../../guestbin/ping-once.sh --up 192.0.2.254
swanctl --list-sas
ip xfrm state
ip xfrm policy | sed -n '/^src 192.0/,+3p'
