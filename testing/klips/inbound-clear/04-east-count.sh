# SPDX-License-Identifier: GPL-2.0-or-later
nft list chain inet klips in | grep -o 'packets [0-9]*'
