# SPDX-License-Identifier: GPL-2.0-or-later
ip xfrm state flush
../../guestbin/xfrm-tunnel.sh --only states 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
