# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --timeout 100 --every 0.01 --match times -- sh -c 'timeout 5 ip xfrm state >>/tmp/listed && timeout 5 ip xfrm policy >/dev/null || echo >>/tmp/late; cat /tmp/churned'
wc -l </tmp/late
[ ! -s /tmp/listed ] || echo some SAs were seen
ip xfrm state count
ip xfrm policy count
