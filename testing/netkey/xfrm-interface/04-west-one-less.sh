# SPDX-License-Identifier: GPL-2.0-or-later
ip xfrm state deleteall reqid 2
../../guestbin/ping-once.sh --up 10.1.0.23
../../guestbin/ping-once.sh --down 10.2.0.23
