# SPDX-License-Identifier: GPL-2.0-or-later
ikectl show sa
ip xfrm state
