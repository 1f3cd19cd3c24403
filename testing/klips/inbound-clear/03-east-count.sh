# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match '^1$' -- sh -c 'wc -l </tmp/passed'
wc -c </tmp/refused
ipsec klips status | grep in-cleartext
ipsec tncfg --detach --virtual ipsec0
