# SPDX-License-Identifier: GPL-2.0-or-later
ipsec klipsdebug
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
grep -c klips_debug /var/log/klipsd.log
ipsec klipsdebug --set eroute
ipsec klipsdebug --set xmit
ipsec klipsdebug
ipsec eroute --replace --src 192.0.1.0/24 --dst 192.0.2.0/24 --said %trap
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
grep klips_debug /var/log/klipsd.log
ipsec klipsdebug --none
ipsec klipsdebug
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.253
grep -c klips_debug /var/log/klipsd.log
