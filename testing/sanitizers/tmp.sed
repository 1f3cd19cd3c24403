# SPDX-License-Identifier: GPL-2.0-or-later
# The random part of temporary names: mktemp(1)'s tmp.XXXXXXXXXX and Python's tmpxxxxxxxx.
s/\/tmp\/tmp\.[A-Za-z0-9]{6,}/\/tmp\/tmp.RANDOM/g
s/\/tmp\/tmp[a-z0-9_]{8}\b/\/tmp\/tmpRANDOM/g
