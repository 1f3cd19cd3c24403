# SPDX-License-Identifier: GPL-2.0-or-later
for road in $(seq -w 50); do swanctl --initiate --ike road$road --child net & done | grep -c 'initiate completed'
swanctl --stats | grep IKE_SAs
ip -o -4 addr show | grep -c 192.0.3.
ip xfrm state count
ip xfrm policy count
for last in $(seq 50); do ../../guestbin/ping-once.sh --up -I 192.0.3.$last 192.0.2.254; done | sort | uniq -c
