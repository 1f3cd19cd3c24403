# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/each-connection.sh 192.1.2.23 -- gcm cbc null
