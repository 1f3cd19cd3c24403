# SPDX-License-Identifier: GPL-2.0-or-later
swanctl --terminate --ike road-east
ip xfrm state
