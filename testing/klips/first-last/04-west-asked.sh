# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/klips-monitor.sh --show
ipsec eroute
