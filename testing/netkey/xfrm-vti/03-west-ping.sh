# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-once.sh --up 10.1.0.23
# not routed to the device, in clear
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
