# SPDX-License-Identifier: GPL-2.0-or-later
# road loses its exception, north gets one, ssh to nic is blocked
sed -i 's/^192.1.3.209.*/192.1.3.33/' /etc/ipsec.d/policies/clear
echo '192.1.2.254 tcp 0 22' >>/etc/ipsec.d/policies/block
ipsec auto --rereadgroups
ipsec auto --route block
ipsec shuntstatus
../../guestbin/ping-once.sh --down 192.1.3.209
../../guestbin/ping-once.sh --up 192.1.3.33
../../guestbin/ping-once.sh --up 192.1.2.254
# nobody is at either port: the wire sees who was asked
timeout 1 bash -c ': </dev/tcp/192.1.2.254/22' 2>/dev/null || echo no
timeout 5 bash -c ': </dev/tcp/192.1.2.254/23' 2>/dev/null || echo no
../../guestbin/ping-once.sh --up 192.1.2.23
ipsec trafficstatus
# what makes no sense is left out, the rest counts
printf '192.1.3.333\n192.1.3.0/24\n192.1.3.0/24 tcp 22\n' >/etc/ipsec.d/policies/block
ipsec whack --rereadgroups
ipsec shuntstatus
