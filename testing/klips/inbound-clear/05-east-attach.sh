# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match '^1$' -- sh -c 'wc -l </tmp/refused'
ipsec tncfg --attach --virtual ipsec0 --physical eth1
