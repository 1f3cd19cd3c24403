# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ipsec start
../../guestbin/each-connection.sh --after 1 -I 192.0.1.254 192.0.2.254 -- gcm gcm12 cbc256 cbc192 cbc128 3des modp4096 modp6144 modp8192
