# SPDX-License-Identifier: GPL-2.0-or-later
ipsec auto --up east-west
../../guestbin/ping-once.sh --up -I 192.0.2.254 192.0.46.254
ipsec auto --delete east-west
