# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match '^20$' -- sh -c 'wc -l </tmp/received'
awk '$2' /proc/net/xfrm_stat
swanctl --list-sas
