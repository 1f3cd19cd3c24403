# SPDX-License-Identifier: GPL-2.0-or-later
swanctl --initiate --child net | tail -n 1
swanctl --rekey --child net
../../guestbin/wait-for.sh --match 'INSTALLED.*/' -- swanctl --list-sas
../../guestbin/wait-for.sh --no-match --match 'REKEY|DELETING' -- swanctl --list-sas
../../guestbin/ping-once.sh --up -I 192.0.2.254 192.0.1.254
swanctl --terminate --ike west-east | tail -n 1
