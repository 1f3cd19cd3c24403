# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/each-connection.sh -I 192.0.1.254 192.0.2.254 -- camellia256 camellia192 camellia128
ipsec stop
