# SPDX-License-Identifier: GPL-2.0-or-later
setsid -f ping -q -n -i 0.01 -I 192.0.1.254 192.0.2.254 >/tmp/ping
for _ in $(seq 25); do ../../guestbin/klips-tunnel.sh --only eroutes --verb replace --key other 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24; ../../guestbin/klips-tunnel.sh --only eroutes --verb replace 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24; done
pkill -INT -x ping
../../guestbin/wait-for-log.sh /tmp/ping 'packet loss' >/tmp/seen
awk '/received/ { print ($1 - $4 <= 1 ? "none lost" : $0) }' /tmp/ping  # but for the one that is on its way when ping ends
ipsec klips status | grep -v no-eroute
