# SPDX-License-Identifier: GPL-2.0-or-later
swanctl --initiate --child net
ip -s xfrm state | grep 'limit: .*bytes'
ping -n -q -i 0.2 -c 11 -s 1000 -I 192.0.1.254 192.0.2.254
