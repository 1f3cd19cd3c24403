# SPDX-License-Identifier: GPL-2.0-or-later
swanctl --initiate --child net
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
# the answer is that nobody serves echo there: it came through the tunnel, both ways
ip route replace 192.0.2.0/24 via 192.1.2.23 src 192.0.1.254
timeout 5 bash -c 'exec 3<>/dev/tcp/192.0.2.254/7'
swanctl --list-sas
ip xfrm policy | sed -n '/^src 192.0/,+3p'
