# SPDX-License-Identifier: GPL-2.0-or-later
n=100; for one in aes128-cbc aes192-cbc aes256-cbc aes128-ctr aes192-ctr aes256-ctr 3des-cbc null; do n=$((n + 1)); echo $one; ../../guestbin/ping-once.sh --up -I 192.0.1.$n 192.0.2.254; ../../guestbin/ping-once.sh --up -s 1301 -I 192.0.1.$n 192.0.2.254; done
ipsec klips status | grep -v no-eroute
