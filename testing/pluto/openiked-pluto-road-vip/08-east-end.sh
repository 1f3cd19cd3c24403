# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match 'IKE SAs: 0' -- ipsec briefstatus
ipsec addresspoolstatus
ipsec stop
