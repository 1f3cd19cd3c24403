# SPDX-License-Identifier: GPL-2.0-or-later
nft list table inet ipsec-match
