# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match mapping -- ../../guestbin/klips-monitor.sh --show
