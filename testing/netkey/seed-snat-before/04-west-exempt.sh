# SPDX-License-Identifier: GPL-2.0-or-later
nft insert rule ip nat-of-west post rt ipsec exists accept
