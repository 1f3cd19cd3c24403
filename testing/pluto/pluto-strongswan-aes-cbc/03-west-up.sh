# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/each-connection.sh -I 192.0.1.254 192.0.2.254 -- cbc128-sha1 cbc192-sha1 cbc256-sha1 cbc128-sha256 cbc192-sha256 cbc256-sha256 cbc128-sha384 cbc256-sha384 cbc128-sha512 cbc256-sha512
