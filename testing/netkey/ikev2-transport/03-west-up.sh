# SPDX-License-Identifier: GPL-2.0-or-later
swanctl --initiate --child net
../../guestbin/ping-once.sh --up 192.1.2.23
swanctl --list-sas
ip xfrm state
ip xfrm policy | sed -n '/^src 192.1/,+3p'
