# SPDX-License-Identifier: GPL-2.0-or-later
ipsec spi | grep -o '[EA][SH]P*_.*: dir=in' | sort
