# SPDX-License-Identifier: GPL-2.0-or-later
ip xfrm state flush
ip xfrm policy flush
../../guestbin/xfrm-tunnel.sh --mode transport 192.0.1.254 192.0.2.254
