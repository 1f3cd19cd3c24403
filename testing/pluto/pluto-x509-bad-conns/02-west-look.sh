# SPDX-License-Identifier: GPL-2.0-or-later
ipsec briefstatus
for conn in no-key no-such-certificate no-private-key another-sort-of-key not-a-key good; do ipsec auto --add $conn; done
ipsec auto --listpubkeys
ipsec stop
