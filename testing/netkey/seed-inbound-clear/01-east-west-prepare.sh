# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/count-packets.sh --start pings icmp type echo-request
