# SPDX-License-Identifier: GPL-2.0-or-later
for ttl in 64 7; do echo "$ttl outside: $(../../guestbin/count-packets.sh --show outer-$ttl) and $(../../guestbin/count-packets.sh --show outer6-$ttl)"; done
