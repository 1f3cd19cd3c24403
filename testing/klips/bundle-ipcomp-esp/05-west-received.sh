# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match '^1 *$' -- cat /tmp/received
