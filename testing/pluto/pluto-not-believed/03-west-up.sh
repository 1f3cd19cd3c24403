# SPDX-License-Identifier: GPL-2.0-or-later
ipsec whack --impair fail-auth:1
ipsec auto --up west-east
