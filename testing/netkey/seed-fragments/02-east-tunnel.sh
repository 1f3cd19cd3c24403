# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/xfrm-tunnel.sh --only states 192.1.2.45 192.1.2.23
ip xfrm policy add src 192.0.1.0/24 dst 192.0.2.0/24 proto udp dport 9999 dir fwd tmpl src 192.1.2.45 dst 192.1.2.23 proto esp reqid 1 mode tunnel
