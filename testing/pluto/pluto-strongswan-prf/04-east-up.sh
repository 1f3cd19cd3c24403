# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/each-connection.sh -I 192.0.2.254 192.0.1.254 -- prf-sha1 prf-sha256 prf-sha384 prf-sha512 prf-aesxcbc prf-aescmac
