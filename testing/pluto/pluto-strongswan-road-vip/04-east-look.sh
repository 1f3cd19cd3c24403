# SPDX-License-Identifier: GPL-2.0-or-later
swanctl --list-pools --leases
swanctl --rekey --child net
../../guestbin/wait-for.sh --match 'net: #2, .*, INSTALLED' -- swanctl --list-sas
../../guestbin/wait-for.sh --no-match --match 'net: #1,' -- swanctl --list-sas
swanctl --rekey --ike road-east
../../guestbin/wait-for.sh --match '#2, ESTABLISHED' -- swanctl --list-sas
../../guestbin/wait-for.sh --no-match --match '#1, ' -- swanctl --list-sas
swanctl --list-pools --leases
