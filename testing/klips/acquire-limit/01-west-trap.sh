# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
../../guestbin/klips-monitor.sh --start
ipsec klips settings acquire-rate=1
ipsec eroute --add --eraf inet --src 192.0.1.0/24 --dst 192.0.2.0/24 --said %trap
../../guestbin/klips-route.sh 192.0.2.0/24
../../guestbin/udp.py send --from 192.0.1.254 --hosts 200 200 192.0.2.1 9999
../../guestbin/wait-for.sh --match '^trap-count: 200$' -- ipsec klips status
../../guestbin/wait-for.sh --match '^50$' -- sh -c '../../guestbin/klips-monitor.sh --show | wc -l'
ipsec eroute | grep -c %hold
ipsec klips status | grep -v no-eroute
