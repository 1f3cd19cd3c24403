# SPDX-License-Identifier: GPL-2.0-or-later
nft 'add table inet filter; add chain inet filter in { type filter hook input priority 0; }; add rule inet filter in iifname ipsec0 icmp type echo-request counter drop'
