# SPDX-License-Identifier: GPL-2.0-or-later
ipsec whack --liveness --name west-east
