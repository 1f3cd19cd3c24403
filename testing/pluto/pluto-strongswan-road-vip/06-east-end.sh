# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match offline -- swanctl --list-pools --leases
