# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match '^IKE_SAs: 50 total, 0 half-open' -- swanctl --stats
swanctl --list-pools
ip xfrm state count
ip xfrm policy count
# each of the hundred SAs had one packet
ip -s xfrm state | grep -c -w '84(bytes), 1(packets)'
swanctl --terminate --ike roads 2>&1 | grep -c 'IKE_SA deleted'
../../guestbin/wait-for.sh --match 'count 0$' -- ip xfrm state count
swanctl --list-pools
