# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --no-match --match . -- ip xfrm state
