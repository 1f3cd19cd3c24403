# SPDX-License-Identifier: GPL-2.0-or-later
ipsec klips status | grep in-cleartext
../../guestbin/klips-stop.sh --kill
../../guestbin/wait-for.sh --match '^0$' -- sh -c 'nft list tables | grep -c klipsd'
