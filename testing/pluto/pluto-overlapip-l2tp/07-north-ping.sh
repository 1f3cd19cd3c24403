# SPDX-License-Identifier: GPL-2.0-or-later
# the other one's goes on
../../guestbin/ping-once.sh --up 10.9.0.1
ipsec stop
