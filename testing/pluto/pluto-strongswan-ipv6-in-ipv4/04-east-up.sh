# SPDX-License-Identifier: GPL-2.0-or-later
swanctl --initiate --child net | tail -n 1
../../guestbin/ping-once.sh --up -I 2001:db8:0:2::254 2001:db8:0:1::254
swanctl --terminate --ike west-east | tail -n 1
