# SPDX-License-Identifier: GPL-2.0-or-later
ipsec auto --up wrong-psk
ipsec auto --delete wrong-psk
ipsec auto --up no-proposal
ipsec auto --delete no-proposal
ipsec auto --up no-child
ipsec auto --delete no-child
