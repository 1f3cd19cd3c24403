# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/block-non-ipsec.sh
../../guestbin/libreswan-start.sh
for name in rsa rsa-sha1 ecdsa ecdsa384 ecdsa521 raw cert-psk psk-cert; do ipsec auto --add $name; done
