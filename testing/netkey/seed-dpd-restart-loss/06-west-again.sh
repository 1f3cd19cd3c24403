# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --timeout 80 --every 1 --match 'net: #2.*INSTALLED' -- swanctl --list-sas
../../guestbin/udp.py send --from 192.0.1.254 10 192.0.2.254 2000
