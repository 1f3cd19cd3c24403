# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-once.sh --up 198.18.1.12
../../guestbin/ping-once.sh --up 2001:db8:1::12
# the way to each: over the gateways, and by the wire
ip route get 192.0.2.12 | head -n 1
ip route get 198.18.1.12 | head -n 1
