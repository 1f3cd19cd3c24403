# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/block-non-ipsec.sh
nft 'add table ip quiet; add chain ip quiet in { type filter hook input priority 0; }; add rule ip quiet in udp dport 2000 drop'
ipsec start
