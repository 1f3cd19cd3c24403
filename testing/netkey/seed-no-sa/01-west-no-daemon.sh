# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/xfrm-tunnel.sh --only policies 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/udp.py send --from 192.0.1.254 3 192.0.2.254 2000
ip xfrm state count
awk '$2' /proc/net/xfrm_stat
