# SPDX-License-Identifier: GPL-2.0-or-later
cd /proc/net; find ipsec ipsec_* -type f -o -type l | sort; cd - >/dev/null
cat /proc/net/ipsec/eroute/all
cat /proc/net/ipsec/spi/all
cat /proc/net/ipsec/spigrp/all
cat /proc/net/ipsec/tncfg
cat /proc/net/ipsec/version
cat /proc/net/ipsec/klipsdebug
cat /proc/net/ipsec/natt /proc/net/ipsec/ocf /proc/net/ipsec/saref
cat /proc/net/ipsec/stats/trap_count /proc/net/ipsec/stats/trap_sendcount
cat /proc/net/ipsec/xforms
for one in eroute/all spi/all spigrp/all tncfg version klipsdebug; do cmp "/proc/net/ipsec/$one" "/proc/net/ipsec_${one%/all}" && echo "$one is the same"; done
unshare -n cat /proc/self/net/ipsec/spi/all /proc/self/net/ipsec/tncfg
sysctl net.ipsec
sysctl -w net.ipsec.tos=2
sysctl -w net.ipsec.tos=0
sysctl -w net.ipsec.debug_esp=1
grep esp /proc/net/ipsec/klipsdebug
sysctl -w net.ipsec.debug_esp=0
ipsec klips settings
