# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/each-connection.sh --auth -I 192.0.1.254 192.0.2.254 -- rsa
../../guestbin/each-connection.sh --auth -I 192.0.46.254 192.0.2.254 -- rsa-sha1
../../guestbin/each-connection.sh --auth -I 192.0.47.254 192.0.2.254 -- ecdsa
../../guestbin/each-connection.sh --auth -I 192.0.48.254 192.0.2.254 -- ecdsa384
../../guestbin/each-connection.sh --auth -I 192.0.49.254 192.0.2.254 -- ecdsa521
../../guestbin/each-connection.sh --auth -I 192.0.50.254 192.0.2.254 -- raw
../../guestbin/each-connection.sh --auth -I 192.0.51.254 192.0.2.254 -- cert-psk
../../guestbin/each-connection.sh --auth -I 192.0.52.254 192.0.2.254 -- psk-cert
