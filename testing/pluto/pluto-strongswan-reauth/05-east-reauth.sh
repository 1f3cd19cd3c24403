# SPDX-License-Identifier: GPL-2.0-or-later
swanctl --rekey --ike west-east --reauth
../../guestbin/wait-for.sh --match '^west-east: #2, ESTABLISHED' -- swanctl --list-sas
../../guestbin/wait-for.sh --no-match --match '^west-east: #1' -- swanctl --list-sas
../../guestbin/wait-for.sh --match 'net: #2.* INSTALLED' -- swanctl --list-sas
../../guestbin/ping-once.sh --up -I 192.0.2.254 192.0.1.254
