# SPDX-License-Identifier: GPL-2.0-or-later
(ping -q -i 0.05 -I 192.0.1.254 192.0.2.254 >/dev/null 2>&1 &)
../../guestbin/klips-module.sh unload
../../guestbin/wait-for-log.sh /var/log/pluto.log 'klips has gone'
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
../../guestbin/klips-module.sh load
../../guestbin/wait-for-log.sh /var/log/pluto.log 'Child SA #3 established'
../../guestbin/wait-for-log.sh /var/log/pluto.log 'Child SA #2 deleted'
pkill -x ping
grep -o 'klips is there again\|#1: .*Child SA #2 .*' /var/log/pluto.log
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec eroute | grep trap
ip route show dev ipsec0
ipsec trafficstatus | cut -d, -f1-2
