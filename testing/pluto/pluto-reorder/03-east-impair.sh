# SPDX-License-Identifier: GPL-2.0-or-later
ipsec whack --impair reorder-outbound-ike-auth-response:1
