# SPDX-License-Identifier: GPL-2.0-or-later
nft 'add table inet track; add chain inet track f { type filter hook forward priority 0; }; add rule inet track f ct state new'
