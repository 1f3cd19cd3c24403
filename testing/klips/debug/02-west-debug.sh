# SPDX-License-Identifier: GPL-2.0-or-later
ipsec klipsdebug
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
grep klips_debug /var/log/klipsd.log | grep -vc klips_xmit:
ipsec klipsdebug --set eroute
ipsec klipsdebug --set xmit
ipsec klipsdebug
ipsec eroute --replace --src 192.0.1.0/24 --dst 192.0.2.0/24 --said %trap
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
grep klips_debug /var/log/klipsd.log | grep -v klips_xmit:  # the kernel sends packets of its own
ipsec klipsdebug --none
ipsec klipsdebug
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.253
grep klips_debug /var/log/klipsd.log | grep -vc klips_xmit:
