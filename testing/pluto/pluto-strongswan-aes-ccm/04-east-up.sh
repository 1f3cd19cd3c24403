# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/each-connection.sh -I 192.0.2.254 192.0.1.254 -- ccm8-128 ccm8-192 ccm8-256 ccm12-128 ccm12-192 ccm12-256 ccm16-128 ccm16-192 ccm16-256
