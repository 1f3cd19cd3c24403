# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match '^2$' -- sh -c 'wc -l </tmp/received'
