# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ipsec start
../../guestbin/each-connection.sh -I 192.0.1.254 192.0.2.254 -- gcm128 chacha cbc512 cbc256 ctr ccm gcm64 gcm96 ccm64 ccm96 3des gmac null cmac
