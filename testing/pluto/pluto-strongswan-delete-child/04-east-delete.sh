# SPDX-License-Identifier: GPL-2.0-or-later
swanctl --terminate --child net | tail -n 1
