# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match '^101$' -- cat /tmp/received
head -n 2 /tmp/received
sort -n -c /tmp/received
wc -l </tmp/received
