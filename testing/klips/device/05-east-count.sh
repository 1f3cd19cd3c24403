# SPDX-License-Identifier: GPL-2.0-or-later
nft list chain inet filter in | grep -o 'packets.*'
ipsec tncfg
