# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/each-connection.sh -I 192.0.1.254 192.0.2.254 -- gcm8-128 gcm8-192 gcm8-256 gcm12-128 gcm12-192 gcm12-256 gcm16-128 gcm16-192 gcm16-256
