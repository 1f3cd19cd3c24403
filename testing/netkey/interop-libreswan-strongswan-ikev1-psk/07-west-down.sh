# SPDX-License-Identifier: GPL-2.0-or-later
# --down alone would leave a policy that brings the tunnel up again
ipsec auto --delete west-east
ip xfrm state
