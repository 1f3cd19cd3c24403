# SPDX-License-Identifier: GPL-2.0-or-later
cat /tmp/received
ipsec klips status | grep -v no-eroute
