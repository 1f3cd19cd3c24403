# SPDX-License-Identifier: GPL-2.0-or-later
# For tests that name certificates by their hashes (RFC 7296, 3.6): certificates are made anew for each cache.
s,/[0-9a-f]{40},/HASH,g
