# SPDX-License-Identifier: GPL-2.0-or-later
ipsec whack --impair none
ipsec whack --impair hold-inbound
ipsec whack --impair low-nonce-in-request
