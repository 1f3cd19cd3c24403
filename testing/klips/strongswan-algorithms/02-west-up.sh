# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
for n in 1 2 3 4 5; do ip address add 192.0.1.10$n/32 dev eth0; done
../../guestbin/strongswan-start.sh
for child in cbc cbc-sha512 chacha gcm ctr ipv6; do swanctl --initiate --child $child | tail -n 1; done
