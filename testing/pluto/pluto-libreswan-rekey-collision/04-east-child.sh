# SPDX-License-Identifier: GPL-2.0-or-later
ipsec whack --rekey-ipsec --name west-east --asynchronous
