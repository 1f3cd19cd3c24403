# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
../../guestbin/klips-tunnel.sh 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
nft add table inet klips
nft add chain inet klips in '{ type filter hook prerouting priority -300; }'
nft add rule inet klips in iifname != '"ipsec0"' ip saddr 192.0.1.0/24 counter drop
