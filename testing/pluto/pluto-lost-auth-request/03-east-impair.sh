# SPDX-License-Identifier: GPL-2.0-or-later
ipsec whack --impair drop-inbound-ike-auth-request:1
