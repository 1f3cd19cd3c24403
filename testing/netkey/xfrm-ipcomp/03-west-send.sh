# SPDX-License-Identifier: GPL-2.0-or-later
ip xfrm state
ip xfrm policy
../../guestbin/udp.py send --from 192.0.1.254 --size 1000 1 192.0.2.254 2000
# too small to be compressed
../../guestbin/ping-once.sh --up -I 192.0.1.254 -s 20 192.0.2.254
