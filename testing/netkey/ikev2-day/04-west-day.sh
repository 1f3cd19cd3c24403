# SPDX-License-Identifier: GPL-2.0-or-later
began=$(date +%s)
../../guestbin/ping-count.sh --every 60 --count 1440 -I 192.0.1.254 192.0.2.254
# ping's minutes are a little longer: on to 24 hours and three quarters
../../guestbin/pass-time.sh $((began + 24 * 3600 + 45 * 60 - $(date +%s)))
grep -c 'outbound CHILD_SA net.* established' /var/log/charon.log
grep -c 'IKE_SA west-east.* rekeyed between' /var/log/charon.log
grep -c 'retransmit [0-9]* of' /var/log/charon.log || true
swanctl --list-sas | grep '#'
ip xfrm state count
awk '$2 != 0' /proc/net/xfrm_stat
