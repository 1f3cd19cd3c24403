# SPDX-License-Identifier: GPL-2.0-or-later
for ttl in 1 28 62; do echo "$ttl inside: $(../../guestbin/count-packets.sh --show inner-$ttl) and $(../../guestbin/count-packets.sh --show inner6-$ttl)"; done
