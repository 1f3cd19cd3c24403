# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
../../guestbin/klips-tunnel.sh --only sas --key small --spi '--replay_window 32' 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/klips-tunnel.sh --only sas --key large --spi '--replay_window 4096' 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/klips-tunnel.sh --only sas --key esn --spi '--esn --replay_window 4096' 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/klips-tunnel.sh --only eroutes --key large 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/count-packets.sh --start pings icmp type echo-request
../../guestbin/drop-packets.sh --first 3 ip protocol esp
