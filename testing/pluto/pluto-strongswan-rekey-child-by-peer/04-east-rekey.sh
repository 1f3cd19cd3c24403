# SPDX-License-Identifier: GPL-2.0-or-later
swanctl --rekey --child net
../../guestbin/wait-for.sh --match 'net: #2, .*, INSTALLED' -- swanctl --list-sas
