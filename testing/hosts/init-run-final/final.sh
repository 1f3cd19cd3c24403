# SPDX-License-Identifier: GPL-2.0-or-later
# at both hosts
hostname
ls /tmp
