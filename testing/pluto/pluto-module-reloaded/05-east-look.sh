# SPDX-License-Identifier: GPL-2.0-or-later
ipsec trafficstatus | cut -d, -f1-2
