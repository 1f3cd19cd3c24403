# SPDX-License-Identifier: GPL-2.0-or-later
ipsec tncfg --json | grep rx-packets
