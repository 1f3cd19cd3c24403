# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ip xfrm policy add src 0.0.0.0/0 dst 0.0.0.0/0 dir out priority 100 tmpl src 192.1.2.45 dst 192.1.2.23 proto esp mode tunnel
ip xfrm policy add src 0.0.0.0/0 dst 0.0.0.0/0 dir in priority 100 tmpl src 192.1.2.23 dst 192.1.2.45 proto esp mode tunnel
ip xfrm policy add src ::/0 dst ::/0 dir out priority 100 tmpl src 192.1.2.45 dst 192.1.2.23 proto esp mode tunnel
../../guestbin/xfrm-monitor.sh --start acquire
