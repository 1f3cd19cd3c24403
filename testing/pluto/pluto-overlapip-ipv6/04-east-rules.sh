# SPDX-License-Identifier: GPL-2.0-or-later
ip -6 rule show pref 21990
ip -6 rule show pref 21991
ip -6 rule show pref 21992
ip -6 route show table 21990
ip -6 rule del pref 21991
ip -6 rule del pref 21992
