# SPDX-License-Identifier: GPL-2.0-or-later
ipsec whack --trafficstatus
ipsec whack --rekey-ipsec --name road-east
ipsec whack --rekey-ike --name road-east
