# SPDX-License-Identifier: GPL-2.0-or-later
ipsec whack --seccomp-crashtest
ipsec auto --rereadall
ipsec trafficstatus
