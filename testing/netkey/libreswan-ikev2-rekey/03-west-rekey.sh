# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/pass-time.sh 3298
ipsec whack --trafficstatus
../../guestbin/wait-for.sh --match '^006 #3:' -- ipsec whack --trafficstatus
../../guestbin/wait-for.sh --no-match --match '^006 #2:' -- ipsec whack --trafficstatus
sed -n -E 's/^.*: ("west-east" #[0-9]: (initiat|rekey|ESP traffic|deleting).*)/\1/p' /var/log/pluto.log
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec whack --trafficstatus
ip xfrm state
