# SPDX-License-Identifier: GPL-2.0-or-later
wc -l </tmp/refused
ipsec klips status | grep in-cleartext
