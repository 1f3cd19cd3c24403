# SPDX-License-Identifier: GPL-2.0-or-later
# --down alone would leave a policy that brings the tunnel up again
ipsec auto --delete road-east
ip xfrm state
