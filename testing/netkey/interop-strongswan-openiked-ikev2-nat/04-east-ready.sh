# SPDX-License-Identifier: GPL-2.0-or-later
# iked answers before its SAs are in the kernel
../../guestbin/wait-for.sh --match "count 2" -- ip xfrm state count
