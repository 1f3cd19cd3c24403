# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/block-non-ipsec.sh
nft 'insert rule inet block-non-ipsec input udp dport 1501 accept'
ipsec start
