# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
# between the gateways themselves nothing is protected
../../guestbin/ping-once.sh --down 192.1.2.23
