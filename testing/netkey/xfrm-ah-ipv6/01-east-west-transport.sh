# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ip xfrm policy add src ::/0 dst ::/0 proto ipv6-icmp type 135 dir out priority 1
ip xfrm policy add src ::/0 dst ::/0 proto ipv6-icmp type 136 dir out priority 1
ip xfrm policy add src ::/0 dst ::/0 proto ipv6-icmp type 135 dir in priority 1
ip xfrm policy add src ::/0 dst ::/0 proto ipv6-icmp type 136 dir in priority 1
../../guestbin/xfrm-tunnel.sh --with ah --mode transport --policy 'priority 2' 2001:db8:1:2::45 2001:db8:1:2::23
ip xfrm state
ip xfrm policy
