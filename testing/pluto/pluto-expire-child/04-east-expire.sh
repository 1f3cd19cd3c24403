# SPDX-License-Identifier: GPL-2.0-or-later
ipsec whack --impair expire-child:2
../../guestbin/wait-for.sh --match 'Child SAs: 0' -- ipsec briefstatus
