# SPDX-License-Identifier: GPL-2.0-or-later
ipsec whack --rekey-ike --name west-east --asynchronous
