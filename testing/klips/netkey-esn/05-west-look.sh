# SPDX-License-Identifier: GPL-2.0-or-later
ipsec spi | grep dir=in | grep -o 'ooowin=.*seq=[0-9]*' | sort
