# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match 'count 0$' -- ip xfrm state count
swanctl --stats | grep IKE_SAs
