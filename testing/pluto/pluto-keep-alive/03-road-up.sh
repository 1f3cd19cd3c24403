# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ipsec start
ipsec auto --up road-east
../../guestbin/ping-once.sh --up 192.0.2.254
