# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --no-match --match 'net: #1,' -- swanctl --list-sas
