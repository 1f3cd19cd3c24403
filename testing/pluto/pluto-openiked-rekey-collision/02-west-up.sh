# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ipsec start
ipsec auto --up west-east
ipsec whack --impair none
ipsec whack --impair hold-inbound-create-child-sa
ipsec whack --impair low-nonce-in-request
