# SPDX-License-Identifier: GPL-2.0-or-later
ipsec whack --impair truncate-outbound-ike-auth-response:1
