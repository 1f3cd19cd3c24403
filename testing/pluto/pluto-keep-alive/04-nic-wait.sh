# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match enough -- sh -c '[ "$(../../guestbin/count-packets.sh --show keepalives)" -lt 2 ] || echo enough'
