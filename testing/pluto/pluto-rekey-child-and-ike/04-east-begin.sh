# SPDX-License-Identifier: GPL-2.0-or-later
ipsec whack --impair hold-inbound
ipsec whack --impair rekey-ike:1
