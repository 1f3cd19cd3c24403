# SPDX-License-Identifier: GPL-2.0-or-later
ipsec spi | grep -o 'ESP_.*: dir=in' | sort
ipsec klips status | grep -v no-eroute
