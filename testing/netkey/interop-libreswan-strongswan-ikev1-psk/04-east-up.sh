# SPDX-License-Identifier: GPL-2.0-or-later
# quick mode's third message has come
../../guestbin/wait-for.sh --match 'net: .*INSTALLED' -- swanctl --list-sas
