# SPDX-License-Identifier: GPL-2.0-or-later
ipsec whack --impair drop-outbound-ike-sa-init:1
ipsec whack --impair drop-outbound-ike-auth:1
