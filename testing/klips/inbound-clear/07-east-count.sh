# SPDX-License-Identifier: GPL-2.0-or-later
wc -l </tmp/refused
ipsec klips status | grep in-cleartext
nft list tables | grep -c klipsd
../../guestbin/klips-stop.sh --kill
../../guestbin/wait-for.sh --match '^0$' -- sh -c 'nft list tables | grep -c klipsd'
