# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/drop-packets.sh --first 1000 udp dport 500
