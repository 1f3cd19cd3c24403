# SPDX-License-Identifier: GPL-2.0-or-later
tcpdump -n -t -l -i ipsec0 icmp >/tmp/dump 2>/tmp/dump.err &
../../guestbin/wait-for-log.sh /tmp/dump.err 'listening on' >/tmp/seen
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
../../guestbin/wait-for-log.sh /tmp/dump 'echo reply' >/tmp/seen
sed 's/id [0-9]*/id N/' /tmp/dump
